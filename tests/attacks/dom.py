"""Pages as a browser's own parser reads them: their elements and attributes, and where text of people stands."""

from collections.abc import Mapping

from playwright.sync_api import Page

# Of an element only its names count, of an address where it would lead. What stands for a text is one word.
_SKELETONS = """([pages, mark]) => {
  const leads = new Set(['href', 'src', 'action', 'formaction', 'xlink:href', 'data', 'poster', 'ping', 'srcset']);
  const where = value => { try { const url = new URL(value, 'http://here/'); return url.protocol + url.host; }
                           catch { return 'nowhere'; } };
  const planted = new RegExp(mark);
  const skeleton = markup => {
    const parsed = new DOMParser().parseFromString(markup, 'text/html');
    const hasHtmx = parsed.querySelector('script[src*=htmx]');
    const found = [];
    const walk = node => {
      for (const child of node.childNodes) {
        if (child.nodeType === Node.ELEMENT_NODE) {
          const names = [...child.attributes].map(a => leads.has(a.name) ? a.name + '=' + where(a.value) : a.name);
          const kind = child.namespaceURI.slice(-4) + ':' + child.nodeName;
          found.push(node.nodeName + ' > ' + kind + ' ' + names.sort().join(' '));
          walk(child instanceof HTMLTemplateElement ? child.content : child);
        } else if (child.nodeType !== Node.TEXT_NODE) {
          found.push('node of type ' + child.nodeType);
        } else if (hasHtmx && planted.test(child.data) && !child.parentElement.closest('[hx-ignore], head, textarea')) {
          found.push('text of people outside of hx-ignore in <' + child.parentElement.outerHTML.slice(0, 120));
        }
      }
    };
    walk(parsed);
    return found;
  };
  return pages.map(([name, one, other]) => {
    const [left, right] = [skeleton(one), skeleton(other)];
    const bare = left.find(line => line.startsWith('text of people'));
    if (bare) return name + ': ' + bare;
    // Not in their order, as lists may be sorted by what people wrote.
    left.sort();
    right.sort();
    const at = left.findIndex((line, index) => line !== right[index]);
    return at < 0 && left.length === right.length ? '' : `${name}: ${left[at]} or ${right[at]}`;
  }).filter(Boolean);
}"""
_AT_ONCE = 40


def differences(browser_page: Page, pages: Mapping[str, tuple[str, str]], mark: str) -> list[str]:
    """Return where the first of two pages has an element or attribute more or less, or text that is not set apart."""
    waiting = [(name, *pair) for name, pair in pages.items()]
    found: list[str] = []
    while waiting:
        found += browser_page.evaluate(_SKELETONS, [waiting[:_AT_ONCE], mark])
        del waiting[:_AT_ONCE]
    return found
