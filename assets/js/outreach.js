// One key writes a contact down: V, C, L or M on a family's name presses that button of its row; J and K go from name to name.
// Keys count only while the name itself has the focus (WCAG 2.1.4), and the buttons are there without any script.

/** @param {HTMLTableElement} table with a link in the head of each row and buttons that carry data-key */
export function startOutreach(table) {
  const names = [...table.querySelectorAll("th[scope=row] a")];
  table.addEventListener("keydown", (event) => {
    const at = names.indexOf(document.activeElement);
    if (at < 0 || event.altKey || event.ctrlKey || event.metaKey) {
      return;
    }
    const key = event.key.toLowerCase();
    const step = { j: 1, k: -1 }[key];
    const button = names[at].closest("tr").querySelector(`button[data-key="${CSS.escape(key)}"]`);
    if (!step && !button) {
      return;
    }
    event.preventDefault();
    if (step) {
      names[at + step]?.focus();
    } else {
      button.click();
    }
  });
}
