import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.*;
import java.util.function.Function;

/** Fields and their checks, each of which gives a code, or null. */
class Fields {
    static final Set<String> common = readCommon();

    static Set<String> readCommon() {
        try {
            return new HashSet<>(Files.readAllLines(
                Path.of(System.getProperty("spec"), "common-passwords.txt")));
        } catch (IOException error) {
            throw new ExceptionInInitializerError(error);
        }
    }

    /** Throw a problem that names all faults of a document at once. */
    static void validate(Map<?, ?> document,
                         Map<String, Function<Object, String>> checks)
            throws Server.Problem {
        var codes = new TreeMap<String, String>();
        document.keySet().forEach(
            field -> codes.put((String) field, "unknown"));
        checks.forEach((field, check) -> {
            var missing = document.containsKey(field) ? null : MISSING;
            var value = missing == null ? document.get(field) : missing;
            var code = check.apply(value);
            codes.put(field, code == null ? "" : code);
        });
        codes.values().removeIf(String::isEmpty);
        if (codes.isEmpty()) return;
        var errors = new ArrayList<Object>();
        codes.forEach((field, code) -> errors.add(
            Map.of("field", field, "code", code, "message", code)));
        throw new Server.Problem(
            422, "Unprocessable Content", Map.of(), errors);
    }

    static final Object MISSING = new Object();

    static Function<Object, String> text(Function<String, String> check) {
        return value -> {
            if (value == MISSING) return "required";
            if (!(value instanceof String text)) return "type";
            return text.indexOf(0) >= 0 ? "invalid" : check.apply(text);
        };
    }

    static Function<Object, String> optional(Function<Object, String> check) {
        return value -> value == MISSING ? null : check.apply(value);
    }

    static String length(String text, int least, int most) {
        var length = text.codePointCount(0, text.length());
        if (length < least) return "too_short";
        return length > most ? "too_long" : null;
    }

    static String checkName(String name) {
        if (length(name, 3, 30) != null) return length(name, 3, 30);
        return name.matches("[a-z0-9_]+") ? null : "invalid";
    }

    static String checkPassword(String password, Object name) {
        if (length(password, 8, 128) != null) return length(password, 8, 128);
        if (password.indexOf('\ufffd') >= 0) return "invalid";
        var lower = password.toLowerCase(Locale.ROOT);
        return common.contains(lower) || lower.equals(name) ? "common" : null;
    }

    static final Map<String, Function<Object, String>> SIGN_IN = Map.of(
        "username", text(name -> null), "password", text(word -> null));
    static final Map<String, Function<Object, String>> BOOKMARK = Map.of(
        "url", text(url -> length(url, 1, 2000) != null ? length(url, 1, 2000)
            : url.matches("(?i)https?://[^\\s\\\\/@]+[^\\s\\\\]*") ? null
            : "invalid"),
        "title", text(title -> length(title.strip(), 1, 300)),
        "notes", optional(text(notes -> length(notes, 0, 1000))),
        "tags", optional(tags -> tags instanceof List<?> list
            && list.stream().allMatch(String.class::isInstance)
            ? null : "type"));
}
