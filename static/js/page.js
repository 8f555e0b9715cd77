/* Runs before the body is read: tells the stylesheet that scripts work. Nothing here is needed to use a page. */
document.documentElement.classList.add("has-script");
