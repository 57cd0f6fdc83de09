// Reads calendar files from standard input (a JSON list of texts) with ical.js and node-ical; prints what each understood.
import ICAL from "ical.js";
import ical from "node-ical";
import { readFileSync } from "node:fs";

const texts = JSON.parse(readFileSync(0, "utf8"));
const stamp = (date) => Math.round(date.getTime() / 1000);

function byIcalJs(text) {
  const whole = new ICAL.Component(ICAL.parse(text));
  const event = new ICAL.Event(whole.getFirstSubcomponent("vevent"));
  return {
    uid: event.uid,
    start: stamp(event.startDate.toJSDate()),
    end: stamp(event.endDate.toJSDate()),
    summary: event.summary,
    location: event.location,
    status: event.component.getFirstPropertyValue("status"),
    sequence: event.sequence,
    method: whole.getFirstPropertyValue("method"),
  };
}

function byNodeIcal(text) {
  const event = Object.values(ical.sync.parseICS(text)).find((part) => part.type === "VEVENT");
  return {
    uid: event.uid,
    start: stamp(event.start),
    end: stamp(event.end),
    summary: event.summary,
    location: event.location,
    status: event.status,
    sequence: Number(event.sequence),
    method: event.method,
  };
}

console.log(JSON.stringify({ "ical.js": texts.map(byIcalJs), "node-ical": texts.map(byNodeIcal) }));
