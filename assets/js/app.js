// Pages work without this. It moves the focus to errors, guards against double clicks, and speaks up when a kept time runs out.
import { Button } from "govuk-frontend/dist/govuk/components/button/button.mjs";
import { Checkboxes } from "govuk-frontend/dist/govuk/components/checkboxes/checkboxes.mjs";
import { ErrorSummary } from "govuk-frontend/dist/govuk/components/error-summary/error-summary.mjs";
import { NotificationBanner } from "govuk-frontend/dist/govuk/components/notification-banner/notification-banner.mjs";
import { Radios } from "govuk-frontend/dist/govuk/components/radios/radios.mjs";
import { SkipLink } from "govuk-frontend/dist/govuk/components/skip-link/skip-link.mjs";
import { startCountdown } from "./countdown.js";

// The design system asks for this class; set here so that no inline script is needed in any page.
document.body.classList.add("js-enabled", "govuk-frontend-supported");

for (const Component of [Button, Checkboxes, ErrorSummary, NotificationBanner, Radios, SkipLink]) {
  for (const element of document.querySelectorAll(`[data-module="${Component.moduleName}"]`)) {
    new Component(element);
  }
}
for (const element of document.querySelectorAll("[data-module='rs-countdown']")) {
  startCountdown(element);
}
// The page left stands no longer behind the Back button.
for (const form of document.querySelectorAll("[data-module='rs-leave']")) {
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    fetch(form.action, { method: "POST", body: new FormData(form) }).then(
      (answer) => location.replace(answer.url),
      () => form.submit(),
    );
  });
}
for (const element of document.querySelectorAll("[data-module='rs-print']")) {
  element.hidden = false;
  element.addEventListener("click", () => window.print());
}
