// Fields and their checks, each of which gives a code, or null.

import { readFileSync } from "node:fs";

const COMMON = new Set(
  readFileSync(
    new URL("../../spec/common-passwords.txt", import.meta.url), "utf8",
  ).split("\n"),
);

const codePoints = (text) => [...text].length;
const isText = (value) => typeof value === "string";

// List all faults of a document at once.
export function findFaults(document, checks) {
  const errors = [];
  const fault = (field, code) => errors.push({ field, code, message: code });
  for (const field of Object.keys(document)) {
    if (!Object.hasOwn(checks, field)) fault(field, "unknown");
  }
  for (const [field, check] of Object.entries(checks)) {
    const code = check(document[field], document);
    if (code) fault(field, code);
  }
  return errors;
}

const text = (check) => (value, document) => {
  if (value === undefined) return "required";
  if (!isText(value)) return "type";
  return value.includes("\0") ? "invalid" : check(value, document);
};
const anyText = text(() => null);

export const ACCOUNT = {
  username: text((name) => {
    if (name.length < 3) return "too_short";
    if (codePoints(name) > 30) return "too_long";
    return /^[a-z0-9_]+$/.test(name) ? null : "invalid";
  }),
  password: text((password, { username }) => {
    if (codePoints(password) < 8) return "too_short";
    if (codePoints(password) > 128) return "too_long";
    if (password.includes("\ufffd")) return "invalid";
    const lower = password.toLowerCase();
    return COMMON.has(lower) || lower === username ? "common" : null;
  }),
};
export const SIGN_IN = { username: anyText, password: anyText };
export const BOOKMARK = {
  url: text((url) => {
    if (!url || codePoints(url) > 2000) return url ? "too_long" : "too_short";
    return /^https?:\/\/[^\s\\/@]+[^\s\\]*$/i.test(url) ? null : "invalid";
  }),
  title: text((title) => {
    const length = codePoints(title.trim());
    return length < 1 ? "too_short" : length > 300 ? "too_long" : null;
  }),
  notes: (value = "") => anyText(value),
  tags: (value = []) =>
    Array.isArray(value) && value.every(isText) ? null : "type",
};
