"""What a browser would send of a form, so that a test changes a field or two and leaves the rest as it was shown."""

from tests.pages.html import Element


def fields(form: Element) -> dict[str, str]:
    """The form's fields as they stand on the page, without its buttons."""
    found: dict[str, str] = {}
    for control in form.all():
        if control.tag == "textarea":
            # A line feed right behind the tag is not part of the text.
            found[control["name"]] = "".join(str(child) for child in control.children).removeprefix("\n")
        elif control.tag == "select":
            chosen = [each for each in control.all("option") if "selected" in each.attributes]
            found[control["name"]] = (chosen or control.all("option"))[0]["value"]
        elif control.tag == "input" and (
            control["type"] not in {"radio", "checkbox"} or "checked" in control.attributes
        ):
            found[control["name"]] = control.attributes.get("value", "")
    return found
