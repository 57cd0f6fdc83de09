// Says, once and politely, that a kept time is nearly out, and once more when it has run out.
// The server gives the seconds left, so a telephone with a wrong clock is told the truth.

const SOON = 120;

/** @param {HTMLElement} element holding data-seconds-left, an empty role=status, template[data-soon] and template[data-ended] */
export function startCountdown(element) {
  const ends = performance.now() + Number(element.dataset.secondsLeft) * 1000;
  const status = element.querySelector("[role=status]");
  const say = (name) => status.replaceChildren(element.querySelector(`template[data-${name}]`).content.cloneNode(true));

  // A timer may sleep with the telephone: look at the time again whenever it rings or the page is shown.
  let said = "";
  let timer;
  const look = () => {
    const left = (ends - performance.now()) / 1000;
    const now = left <= 0 ? "ended" : left <= SOON ? "soon" : "";
    if (now && now !== said) {
      say(now);
      said = now;
    }
    clearTimeout(timer);
    if (now !== "ended") {
      timer = setTimeout(look, Math.max(now ? left : left - SOON, 0.2) * 1000);
    }
  };
  look();
  document.addEventListener("visibilitychange", () => document.hidden || look());
}
