// Says two minutes before that staff will be signed out, and keeps them signed in without leaving the page they fill in.
import { startCountdown } from "./countdown.js";

/** @param {HTMLElement} element as templates/staff/stay.html draws it */
export function startStay(element) {
  const untouched = element.cloneNode(true);
  startCountdown(element);
  element.addEventListener("submit", async (event) => {
    event.preventDefault();
    const form = event.target;
    const answer = await fetch(form.action, {
      method: "POST",
      body: new FormData(form),
      headers: { accept: "application/json" },
    }).catch(() => null);
    if (!answer?.ok || answer.redirected) {
      form.submit(); // the server says what is wrong, on a page
      return;
    }
    const lasts = await answer.json();
    untouched.dataset.secondsLeft = lasts.seconds_left;
    untouched.querySelector("[data-until]").textContent = lasts.until;
    element.replaceWith(untouched);
    const sentence = untouched.querySelector("p");
    sentence.tabIndex = -1;
    sentence.focus();
    startStay(untouched);
  });
}
