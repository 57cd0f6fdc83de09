// Says, once and politely, that a kept time is nearly out, and once more when it has run out.
// The server gives the seconds left, so a telephone with a wrong clock is told the truth. Where the page writes how many minutes
// are left, the number goes down before the eye; it is not read out, or nobody could fill in anything meanwhile.

const SOON = 120;
const MINUTES = { style: "unit", unit: "minute", unitDisplay: "long" };
const inMinutes = (left) => new Intl.NumberFormat(document.documentElement.lang, MINUTES).format(left);

/** @param {HTMLElement} element holding data-seconds-left, an empty role=status, template[data-soon], template[data-ended]; perhaps a paragraph with [data-left] */
export function startCountdown(element) {
  const ends = performance.now() + Number(element.dataset.secondsLeft) * 1000;
  const status = element.querySelector("[role=status]");
  const say = (name) => status.replaceChildren(element.querySelector(`template[data-${name}]`).content.cloneNode(true));

  const words = element.querySelector("[data-left]");

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
    if (words && now === "ended") {
      words.closest("p").hidden = true; // "We are keeping ... for you" is no longer true
    } else if (words) {
      words.textContent = inMinutes(Math.max(Math.ceil(left / 60), 0));
    }
    clearTimeout(timer);
    if (now !== "ended") {
      const next = words ? Math.min(left % 60 || 60, left) : now ? left : left - SOON;
      timer = setTimeout(look, Math.max(next, 0.2) * 1000);
    }
  };
  look();
  document.addEventListener("visibilitychange", () => document.hidden || look());
}
