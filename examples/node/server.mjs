// The service up to level 5 of spec/levels.toml, on Node's own modules.
// What it stores is in memory and ends with the process.

import { createHash, randomBytes, randomUUID, scrypt } from "node:crypto";
import { createServer } from "node:http";
import { promisify } from "node:util";

import { ACCOUNT, BOOKMARK, SIGN_IN, findFaults } from "./fields.mjs";

const HOST = process.env.HOST || "127.0.0.1";
const PORT = Number(process.env.PORT || 8000);
const HOSTS = ["localhost", "127.0.0.1", "[::1]"];
const MAX_BODY = 65536;
const COST = { N: 2 ** Number(process.env.PASSWORD_LOG_N || 14), r: 8, p: 5 };
const TTL = 86400 * 1000;

const users = new Map(); // name -> {id, username, created_at, salt, hash}
const tokens = new Map(); // SHA-256 of a token -> {user, expires}
const bookmarks = new Map(); // id -> {owner, …}
let lastUser = 0;
let lastBookmark = 0;

// Paths, in the order in which they are tried; {id} is an integer.

const ROUTES = [
  ["/healthz", { GET: () => json(200, { status: "ok" }) }],
  ["/readyz", { GET: () => json(200, { status: "ok" }) }],
  ["/api/users", { POST: registerUser }],
  ["/api/me", { GET: showMe }],
  ["/api/tokens", { POST: createToken }],
  ["/api/bookmarks", { GET: listBookmarks, POST: createBookmark }],
  ["/api/bookmarks/{id}", { GET: showBookmark }],
].map(([path, methods]) => [
  new RegExp(`^${path.replace("{id}", "([0-9]{1,15})")}$`), methods,
]);

class Problem extends Error {
  constructor(status, title, more = {}, headers = {}) {
    super(title);
    this.answer = json(
      status,
      { type: "about:blank", title, status, detail: `${title}.`, ...more },
      { "Content-Type": "application/problem+json", ...headers },
    );
  }
}

function json(status, document, headers = {}) {
  const body = JSON.stringify(document);
  return {
    status, body, headers: { "Content-Type": "application/json", ...headers },
  };
}

async function answer(request) {
  try {
    return await dispatch(request);
  } catch (error) {
    if (error instanceof Problem) return error.answer;
    if (error.code !== "ECONNRESET") console.error(error);
    return new Problem(500, "Internal Server Error").answer;
  }
}

function dispatch(request) {
  const host = (request.headers.host || "").replace(/:[0-9]*$/, "");
  if (!HOSTS.includes(host.toLowerCase())) throw new Problem(400, "Bad Host");
  const path = decodePath(request.url.split("?")[0]);
  for (const [pattern, methods] of ROUTES) {
    const match = pattern.exec(path);
    if (match) return call(methods, request, match[1]);
  }
  throw new Problem(404, "Not Found");
}

function decodePath(path) {
  try {
    return decodeURIComponent(path);
  } catch {
    throw new Problem(404, "Not Found");
  }
}

function call(methods, request, id) {
  const allowed = Object.keys(methods);
  if (methods.GET) allowed.push("HEAD");
  const allow = { Allow: [...allowed, "OPTIONS"].join(", ") };
  if (request.method === "OPTIONS") {
    return { status: 204, body: "", headers: allow };
  }
  const method = request.method === "HEAD" ? "GET" : request.method;
  if (!Object.hasOwn(methods, method)) {
    throw new Problem(405, "Method Not Allowed", {}, allow);
  }
  return methods[method](request, Number(id));
}

// Bodies: bytes, then text, then JSON; each step can refuse.

async function readJson(request) {
  const type = request.headers["content-type"] || "";
  if (!/^application\/json *(;|$)/i.test(type)) {
    throw new Problem(415, "Unsupported Media Type");
  }
  const document = parse(await readBody(request));
  if (typeof document !== "object" || !document || Array.isArray(document)) {
    throw new Problem(422, "Unprocessable Content");
  }
  return document;
}

async function readBody(request) {
  const chunks = [];
  let size = 0;
  for await (const chunk of request) {
    size += chunk.length;
    if (size > MAX_BODY) throw new Problem(413, "Content Too Large");
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

function parse(bytes) {
  try {
    const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
    return JSON.parse(decoder.decode(bytes), checkValue);
  } catch {
    throw new Problem(400, "Bad Request");
  }
}

// JSON.parse takes 1e999 for Infinity, and lone surrogates as they are.
function checkValue(key, value) {
  if (typeof value === "number" && !Number.isFinite(value)) throw Error(key);
  if (typeof value === "string" && !value.isWellFormed()) throw Error(key);
  if (!key.isWellFormed()) throw Error(key);
  return value;
}

function validate(document, checks) {
  const errors = findFaults(document, checks);
  if (errors.length) {
    throw new Problem(422, "Unprocessable Content", { errors });
  }
}

// Accounts and tokens.

const hash = (password, salt) => promisify(scrypt)(
  password, salt, 32, { ...COST, maxmem: 256 * COST.N * COST.r },
);
const digest = (token) => createHash("sha256").update(token).digest("hex");
const NOBODY = { salt: randomBytes(16), hash: Buffer.alloc(32) };

const showUser = ({ id, username, created_at }) => (
  { id, username, admin: false, created_at }
);

async function registerUser(request) {
  const document = await readJson(request);
  validate(document, ACCOUNT);
  const { username, password } = document;
  const salt = randomBytes(16);
  const hashed = await hash(password, salt);
  // Nothing is awaited from here on, so nobody takes the name between.
  if (users.has(username)) throw new Problem(409, "Conflict");
  const user = {
    id: ++lastUser, username, created_at: now(), salt, hash: hashed,
  };
  users.set(username, user);
  return json(201, showUser(user), { Location: "/api/me" });
}

async function createToken(request) {
  const document = await readJson(request);
  validate(document, SIGN_IN);
  const user = users.get(document.username) || NOBODY;
  const hashed = await hash(document.password, user.salt);
  if (!hashed.equals(user.hash)) throw unauthorized("");
  const token = randomBytes(32).toString("base64url");
  const expires = Date.now() + TTL;
  tokens.set(digest(token), { user, expires });
  return json(
    201,
    { token, token_type: "Bearer", expires_at: now(expires) },
    { "Cache-Control": "no-store" },
  );
}

function unauthorized(more) {
  const header = { "WWW-Authenticate": `Bearer${more}` };
  return new Problem(401, "Unauthorized", {}, header);
}

function authenticate(request) {
  const header = request.headers.authorization || "";
  if (!/^bearer( |$)/i.test(header)) throw unauthorized("");
  const found = tokens.get(digest(header.slice(7)));
  if (!found || found.expires < Date.now()) {
    throw unauthorized(' error="invalid_token"');
  }
  return found.user;
}

const PRIVATE = { "Cache-Control": "private, no-cache" };

function showMe(request) {
  return json(200, showUser(authenticate(request)), PRIVATE);
}

// Bookmarks.

async function createBookmark(request) {
  const owner = authenticate(request);
  const document = await readJson(request);
  validate(document, BOOKMARK);
  const { url, title, notes = "", tags = [] } = document;
  const mine = [...bookmarks.values()].filter((one) => one.owner === owner);
  if (mine.some((one) => one.url === url)) throw new Problem(409, "Conflict");
  const bookmark = {
    owner, id: ++lastBookmark, url, title: title.trim(), notes,
    tags: [...new Set(tags.map((tag) => tag.trim().toLowerCase()))].sort(),
    created_at: now(),
  };
  bookmarks.set(bookmark.id, bookmark);
  const location = `/api/bookmarks/${bookmark.id}`;
  return bookmarkAnswer(201, bookmark, { Location: location });
}

function showBookmark(request, id) {
  const owner = authenticate(request);
  const bookmark = bookmarks.get(id);
  if (bookmark?.owner !== owner) throw new Problem(404, "Not Found");
  return bookmarkAnswer(200, bookmark, PRIVATE);
}

function listBookmarks(request) {
  const owner = authenticate(request);
  const items = [...bookmarks.values()]
    .filter((one) => one.owner === owner)
    .map(represent)
    .reverse();
  return json(
    200, { items, page: 1, per_page: 20, total: items.length }, PRIVATE,
  );
}

const represent = ({ owner, ...rest }) => (
  { ...rest, updated_at: rest.created_at }
);

function bookmarkAnswer(status, bookmark, headers) {
  const tag = `"${bookmark.id}-${bookmark.created_at}"`;
  return json(status, represent(bookmark), { ETag: tag, ...headers });
}

// Six digits of fraction: Date has three.
const now = (moment = Date.now()) => (
  new Date(moment).toISOString().replace("Z", "000Z")
);

// The server.

async function respond(request, response) {
  const { status, body, headers } = await answer(request);
  const given = request.headers["x-request-id"] || "";
  const known = /^[A-Za-z0-9-]{8,64}$/.test(given);
  response.writeHead(status, {
    ...headers,
    ...(status === 204 ? {} : { "Content-Length": Buffer.byteLength(body) }),
    "X-Content-Type-Options": "nosniff",
    "X-Request-ID": known ? given : randomUUID(),
    // What is left of a refused body would be read as the next request.
    ...(request.complete ? {} : { Connection: "close" }),
  });
  response.end(request.method === "HEAD" ? undefined : body);
}

createServer(respond).listen(PORT, HOST, () => {
  console.error(`http://${HOST}:${PORT}`);
});
