// What only staff's pages do besides: families on a telephone do not load it. Pages work without this too.
import { startKeys } from "./keys.js";
import { startOutreach } from "./outreach.js";
import { startStay } from "./stay.js";

for (const element of document.querySelectorAll("[data-module='rs-stay']")) {
  startStay(element);
}
for (const element of document.querySelectorAll("[data-module='rs-outreach']")) {
  startOutreach(element);
}
for (const element of document.querySelectorAll("[data-module='rs-keys']")) {
  startKeys(element);
}
