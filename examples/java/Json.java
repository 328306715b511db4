import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/** JSON, as RFC 8259 has it. Faults are IllegalArgumentException. */
class Json {
    static final int DEEPEST = 100;
    static final Pattern NUMBER = Pattern.compile(
        "-?(0|[1-9][0-9]*)([.][0-9]+)?([eE][+-]?[0-9]+)?");
    static final Pattern HEX = Pattern.compile("[0-9a-fA-F]{4}");
    final String text;
    int at = 0;

    Json(String text) { this.text = text; }

    Object read() {
        var value = value(0);
        if (peek() != 0) throw new IllegalArgumentException("more");
        return value;
    }

    char peek() {
        while (at < text.length() && " \t\r\n".indexOf(text.charAt(at)) >= 0) {
            at++;
        }
        return at < text.length() ? text.charAt(at) : 0;
    }

    void take(String expected) {
        if (!text.startsWith(expected, at)) {
            throw new IllegalArgumentException("no " + expected);
        }
        at += expected.length();
    }

    Object value(int depth) {
        if (depth > DEEPEST) throw new IllegalArgumentException("deep");
        return switch (peek()) {
            case '{' -> object(depth);
            case '[' -> list(depth);
            case '"' -> string();
            case 't' -> { take("true"); yield true; }
            case 'f' -> { take("false"); yield false; }
            case 'n' -> { take("null"); yield null; }
            default -> number();
        };
    }

    Map<String, Object> object(int depth) {
        var members = new HashMap<String, Object>();
        take("{");
        while (peek() != '}') {
            if (!members.isEmpty()) { take(","); peek(); }
            var name = string();
            peek();
            take(":");
            members.put(name, value(depth + 1));
        }
        take("}");
        return members;
    }

    List<Object> list(int depth) {
        var items = new ArrayList<Object>();
        take("[");
        while (peek() != ']') {
            if (!items.isEmpty()) take(",");
            items.add(value(depth + 1));
        }
        take("]");
        return items;
    }

    Double number() {
        var match = NUMBER.matcher(text).region(at, text.length());
        if (!match.lookingAt()) throw new IllegalArgumentException("value");
        at = match.end();
        var number = Double.valueOf(match.group());
        if (number.isInfinite()) throw new IllegalArgumentException("large");
        return number;
    }

    String string() {
        take("\"");
        var found = new StringBuilder();
        while (at < text.length() && text.charAt(at) != '"') {
            var one = text.charAt(at++);
            if (one < ' ') throw new IllegalArgumentException("control");
            found.append(one == '\\' ? escape() : one);
        }
        take("\"");
        if (found.codePoints().anyMatch(
                one -> one >= 0xd800 && one <= 0xdfff)) {
            throw new IllegalArgumentException("lone surrogate");
        }
        return found.toString();
    }

    char escape() {
        if (at == text.length()) throw new IllegalArgumentException("end");
        var one = text.charAt(at++);
        var known = "\"\\/bfnrt".indexOf(one);
        if (known >= 0) return "\"\\/\b\f\n\r\t".charAt(known);
        var digits = HEX.matcher(text).region(at, text.length());
        if (one != 'u' || !digits.lookingAt()) {
            throw new IllegalArgumentException("escape");
        }
        at += 4;
        return (char) Integer.parseInt(text.substring(at - 4, at), 16);
    }

    static String write(Object value) {
        if (value instanceof Map<?, ?> map) {
            var parts = new ArrayList<String>();
            map.forEach((name, one) ->
                parts.add(write(name) + ": " + write(one)));
            return "{" + String.join(", ", parts) + "}";
        }
        if (value instanceof List<?> list) {
            var parts = list.stream().map(Json::write).toList();
            return "[" + String.join(", ", parts) + "]";
        }
        return value instanceof String text ? quote(text) : "" + value;
    }

    static String quote(String text) {
        var quoted = new StringBuilder("\"");
        for (var one : text.toCharArray()) {
            if (one == '"' || one == '\\') quoted.append('\\');
            if (one < ' ') quoted.append(String.format("\\u%04x", (int) one));
            else quoted.append(one);
        }
        return quoted.append('"').toString();
    }
}
