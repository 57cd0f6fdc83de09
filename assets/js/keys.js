// Lets one key press a button: only while the focus is in the element, and never while somebody types (WCAG 2.1.4).

/** @param {HTMLElement} element that can take the focus, holding button[data-key]; [data-keys], which says so, is shown */
export function startKeys(element) {
  for (const words of element.querySelectorAll("[data-keys]")) {
    words.hidden = false;
  }
  element.addEventListener("keydown", (event) => {
    const typing = event.target.matches("input, select, textarea");
    if (typing || event.ctrlKey || event.metaKey || event.altKey || event.repeat) {
      return;
    }
    const key = event.key.toLowerCase();
    const button = [...element.querySelectorAll("button[data-key]")].find((one) => one.dataset.key === key);
    if (button) {
      event.preventDefault();
      button.click();
    }
  });
  if (!document.querySelector(".govuk-error-summary")) {
    element.focus();
  }
}
