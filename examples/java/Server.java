// The service up to level 5 of spec/levels.toml, on Java's own classes.
// What it stores is in memory and ends with the process.

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.temporal.ChronoUnit;
import java.util.*;
import java.util.concurrent.Executors;
import java.util.regex.Pattern;
import javax.crypto.SecretKeyFactory;
import javax.crypto.spec.PBEKeySpec;

public class Server {
    static final Set<String> HOSTS = Set.of("localhost", "127.0.0.1", "[::1]");
    static final int MAX_BODY = 65_536;
    // Java has no scrypt, which ACCOUNTS-9 asks for: a library's work.
    static final int ROUNDS =
        setting("PASSWORD_LOG_N", 14) < 14 ? 16 : 600_000;
    static final SecureRandom RANDOM = new SecureRandom();
    static final Base64.Encoder BASE64 =
        Base64.getUrlEncoder().withoutPadding();
    static final DateTimeFormatter TIME = DateTimeFormatter
        .ofPattern("uuuu-MM-dd'T'HH:mm:ss.SSSSSS'Z'").withZone(ZoneOffset.UTC);

    record User(long id, String name, String made, byte[] salt, byte[] hash) {}
    record Token(User user, Instant expires) {}
    record Bookmark(User owner, String url, Map<String, Object> shown) {}
    record Answer(int status, Object body, Map<String, String> headers) {}
    record Route(Pattern path, Map<String, Operation> methods) {}

    interface Operation {
        Answer answer(HttpExchange exchange, String id) throws Exception;
    }

    // Every access holds the lock of Server.class: see create and register.
    static final Map<String, User> users = new HashMap<>();
    static final Map<String, Token> tokens = new HashMap<>();
    static final Map<Long, Bookmark> bookmarks = new TreeMap<>();

    static final Answer OK = new Answer(200, Map.of("status", "ok"), Map.of());
    static final List<Route> ROUTES = List.of(
        route("/healthz", Map.of("GET", (x, id) -> OK)),
        route("/readyz", Map.of("GET", (x, id) -> OK)),
        route("/api/users", Map.of("POST", Server::registerUser)),
        route("/api/me", Map.of("GET", Server::showMe)),
        route("/api/tokens", Map.of("POST", Server::createToken)),
        route("/api/bookmarks", Map.of(
            "GET", Server::listBookmarks, "POST", Server::createBookmark)),
        route("/api/bookmarks/([0-9]{1,18})",
            Map.of("GET", Server::showBookmark)));
    static final Map<String, String> PRIVATE =
        Map.of("Cache-Control", "private, no-cache");

    static class Problem extends Exception {
        final Answer answer;

        Problem(int status, String title) {
            this(status, title, Map.of(), null);
        }

        Problem(int status, String title, Map<String, String> headers,
                List<Object> errors) {
            var body = new TreeMap<String, Object>(Map.of(
                "type", "about:blank", "title", title, "status", status,
                "detail", title + "."));
            if (errors != null) body.put("errors", errors);
            answer = new Answer(status, body, headers);
        }
    }

    // From the request to one operation, and back.

    static Route route(String path, Map<String, Operation> methods) {
        return new Route(Pattern.compile(path), methods);
    }

    static Answer dispatch(HttpExchange exchange) throws Exception {
        var host = Objects.requireNonNullElse(header(exchange, "Host"), "");
        host = host.replaceFirst(":[0-9]*$", "").toLowerCase(Locale.ROOT);
        if (!HOSTS.contains(host)) throw new Problem(400, "Bad Host");
        var path = exchange.getRequestURI().getPath();
        for (var route : ROUTES) {
            var match = route.path.matcher(path == null ? "" : path);
            if (match.matches()) {
                var id = match.groupCount() == 1 ? match.group(1) : null;
                return call(route.methods, exchange, id);
            }
        }
        throw new Problem(404, "Not Found");
    }

    static Answer call(Map<String, Operation> methods, HttpExchange exchange,
                       String id) throws Exception {
        var allowed = new TreeSet<>(methods.keySet());
        if (methods.containsKey("GET")) allowed.add("HEAD");
        allowed.add("OPTIONS");
        var allow = Map.of("Allow", String.join(", ", allowed));
        var method = exchange.getRequestMethod();
        if (method.equals("OPTIONS")) return new Answer(204, null, allow);
        var operation = methods.get(method.equals("HEAD") ? "GET" : method);
        if (operation == null) {
            throw new Problem(405, "Method Not Allowed", allow, null);
        }
        return operation.answer(exchange, id);
    }

    static Answer answer(HttpExchange exchange) {
        try {
            return dispatch(exchange);
        } catch (Problem problem) {
            return problem.answer;
        } catch (Exception error) {
            error.printStackTrace();
            return new Problem(500, "Internal Server Error").answer;
        }
    }

    static void respond(HttpExchange exchange) throws IOException {
        var answer = answer(exchange);
        var headers = exchange.getResponseHeaders();
        var body = new byte[0];
        if (answer.body != null) {
            body = Json.write(answer.body).getBytes(StandardCharsets.UTF_8);
            var kind = answer.status < 400 ? "json" : "problem+json";
            headers.set("Content-Type", "application/" + kind);
        }
        var id = header(exchange, "X-Request-ID");
        var known = id != null && id.matches("[A-Za-z0-9-]{8,64}");
        headers.set("X-Request-ID", known ? id : UUID.randomUUID().toString());
        headers.set("X-Content-Type-Options", "nosniff");
        answer.headers.forEach(headers::set);
        var head = exchange.getRequestMethod().equals("HEAD");
        if (head) headers.set("Content-Length", "" + body.length);
        exchange.sendResponseHeaders(
            answer.status, head || body.length == 0 ? -1 : body.length);
        if (!head) exchange.getResponseBody().write(body);
        exchange.close();
    }

    static String header(HttpExchange exchange, String name) {
        return exchange.getRequestHeaders().getFirst(name);
    }

    // Bodies: bytes, then text, then JSON; each step can refuse.

    static Map<?, ?> readJson(HttpExchange exchange) throws Exception {
        var type = Objects.requireNonNullElse(
            header(exchange, "Content-Type"), "");
        if (!type.matches("(?i)application/json *(;.*)?")) {
            throw new Problem(415, "Unsupported Media Type");
        }
        try {
            var text = StandardCharsets.UTF_8.newDecoder()
                .decode(ByteBuffer.wrap(readBody(exchange))).toString();
            var value = new Json(text).read();
            if (value instanceof Map<?, ?> object) return object;
        } catch (IOException | IllegalArgumentException error) {
            throw new Problem(400, "Bad Request");
        }
        throw new Problem(422, "Unprocessable Content");
    }

    static byte[] readBody(HttpExchange exchange) throws Exception {
        var bytes = exchange.getRequestBody().readNBytes(MAX_BODY + 1);
        if (bytes.length > MAX_BODY) {
            throw new Problem(413, "Content Too Large");
        }
        var announced = header(exchange, "Content-Length");
        if (announced != null && Long.parseLong(announced) > bytes.length) {
            throw new Problem(400, "Bad Request");
        }
        return bytes;
    }

    // Accounts and tokens.

    static byte[] hash(String password, byte[] salt)
            throws GeneralSecurityException {
        var spec = new PBEKeySpec(password.toCharArray(), salt, ROUNDS, 256);
        return SecretKeyFactory.getInstance("PBKDF2WithHmacSHA256")
            .generateSecret(spec).getEncoded();
    }

    static byte[] random(int count) {
        var bytes = new byte[count];
        RANDOM.nextBytes(bytes);
        return bytes;
    }

    static String digest(String token) throws GeneralSecurityException {
        return BASE64.encodeToString(MessageDigest.getInstance("SHA-256")
            .digest(token.getBytes(StandardCharsets.UTF_8)));
    }

    static Map<String, Object> show(User user) {
        return Map.of("id", user.id, "username", user.name, "admin", false,
            "created_at", user.made);
    }

    static Answer registerUser(HttpExchange exchange, String id)
            throws Exception {
        var document = readJson(exchange);
        var name = document.get("username");
        Fields.validate(document, Map.of(
            "username", Fields.text(Fields::checkName), "password",
            Fields.text(word -> Fields.checkPassword(word, name))));
        var salt = random(16);
        var hash = hash((String) document.get("password"), salt);
        synchronized (Server.class) {
            if (users.containsKey(name)) throw new Problem(409, "Conflict");
            var user = new User(
                users.size() + 1, (String) name, now(), salt, hash);
            users.put(user.name, user);
            return new Answer(201, show(user), Map.of("Location", "/api/me"));
        }
    }

    static Answer createToken(HttpExchange exchange, String id)
            throws Exception {
        var document = readJson(exchange);
        Fields.validate(document, Fields.SIGN_IN);
        User user;
        synchronized (Server.class) {
            user = users.get(document.get("username"));
        }
        // An unknown name costs a hash as well, or the time would tell.
        var salt = user == null ? random(16) : user.salt;
        var hash = hash((String) document.get("password"), salt);
        if (user == null || !MessageDigest.isEqual(hash, user.hash)) {
            throw unauthorized("");
        }
        var token = BASE64.encodeToString(random(32));
        var expires = Instant.now().plus(1, ChronoUnit.DAYS);
        synchronized (Server.class) {
            tokens.put(digest(token), new Token(user, expires));
        }
        return new Answer(201, Map.of("token", token, "token_type", "Bearer",
            "expires_at", TIME.format(expires)),
            Map.of("Cache-Control", "no-store"));
    }

    static Problem unauthorized(String more) {
        var header = Map.of("WWW-Authenticate", "Bearer" + more);
        return new Problem(401, "Unauthorized", header, null);
    }

    static User authenticate(HttpExchange exchange) throws Exception {
        var given = header(exchange, "Authorization");
        if (given == null || !given.matches("(?i)bearer( .*)?")) {
            throw unauthorized("");
        }
        synchronized (Server.class) {
            var token = tokens.get(digest(given.replaceFirst("^\\S* ?", "")));
            if (token != null && Instant.now().isBefore(token.expires)) {
                return token.user;
            }
        }
        throw unauthorized(" error=\"invalid_token\"");
    }

    static Answer showMe(HttpExchange exchange, String id) throws Exception {
        return new Answer(200, show(authenticate(exchange)), PRIVATE);
    }

    // Bookmarks.

    static Answer createBookmark(HttpExchange exchange, String id)
            throws Exception {
        var owner = authenticate(exchange);
        var document = readJson(exchange);
        Fields.validate(document, Fields.BOOKMARK);
        var url = (String) document.get("url");
        synchronized (Server.class) {
            if (bookmarks.values().stream().anyMatch(
                    one -> one.owner == owner && one.url.equals(url))) {
                throw new Problem(409, "Conflict");
            }
            var number = bookmarks.size() + 1L;
            var bookmark = new Bookmark(owner, url, fields(number, document));
            bookmarks.put(number, bookmark);
            return show(201, bookmark,
                Map.of("Location", "/api/bookmarks/" + number));
        }
    }

    static Map<String, Object> fields(long number, Map<?, ?> document) {
        var tags = new TreeSet<String>();
        if (document.get("tags") instanceof List<?> list) {
            list.forEach(tag -> tags.add(
                ((String) tag).strip().toLowerCase(Locale.ROOT)));
        }
        var notes = document.get("notes");
        var made = now();
        return Map.of("id", number, "url", document.get("url"),
            "title", ((String) document.get("title")).strip(),
            "notes", notes == null ? "" : notes, "tags", List.copyOf(tags),
            "created_at", made, "updated_at", made);
    }

    static Answer showBookmark(HttpExchange exchange, String id)
            throws Exception {
        var owner = authenticate(exchange);
        synchronized (Server.class) {
            var bookmark = bookmarks.get(Long.valueOf(id));
            if (bookmark == null || bookmark.owner != owner) {
                throw new Problem(404, "Not Found");
            }
            return show(200, bookmark, PRIVATE);
        }
    }

    static Answer show(int status, Bookmark bookmark,
                       Map<String, String> more) {
        var headers = new HashMap<>(more);
        var shown = bookmark.shown;
        headers.put("ETag",
            '"' + "" + shown.get("id") + "-" + shown.get("updated_at") + '"');
        return new Answer(status, shown, headers);
    }

    static Answer listBookmarks(HttpExchange exchange, String id)
            throws Exception {
        var owner = authenticate(exchange);
        var items = new ArrayList<Object>();
        synchronized (Server.class) {
            for (var one : bookmarks.values()) {
                if (one.owner == owner) items.add(0, one.shown);
            }
        }
        return new Answer(200, Map.of("items", items, "page", 1,
            "per_page", 20, "total", items.size()), PRIVATE);
    }

    static String now() {
        return TIME.format(Instant.now());
    }

    static int setting(String name, int instead) {
        var value = System.getenv(name);
        return value == null || value.isEmpty() ? instead
            : Integer.parseInt(value);
    }

    public static void main(String[] arguments) throws IOException {
        // Without it each answer waits 40 ms for an acknowledgement.
        System.setProperty("sun.net.httpserver.nodelay", "true");
        var host = System.getenv().getOrDefault("HOST", "127.0.0.1");
        var address = new InetSocketAddress(host, setting("PORT", 8000));
        var server = HttpServer.create(address, 100);
        server.createContext("/", Server::respond);
        server.setExecutor(Executors.newFixedThreadPool(32));
        server.start();
        System.err.println("http://" + host + ":" + address.getPort());
    }
}
