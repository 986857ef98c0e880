package io.ostinato.storage;

import com.google.gson.stream.JsonReader;
import com.google.gson.stream.JsonToken;
import java.io.IOException;
import java.io.StringReader;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * The JSON of a safetensors header, read token by token, so that it is never nested deeper than the
 * format is. No text is converted to a number, and no key is accepted twice.
 */
final class HeaderJson {
  private static final int MOST_ECHOED = 120;
  private static final String LARGEST = Long.toString(Long.MAX_VALUE);
  private static final Pattern WHOLE_NUMBER = Pattern.compile("0|[1-9]\\d{0,18}");

  private final JsonReader json;

  HeaderJson(byte[] header) {
    json = new JsonReader(new StringReader(text(header)));
  }

  /** Reads the value of a key. */
  @FunctionalInterface
  interface Value {
    void read(String key) throws IOException;
  }

  /**
   * Reads an object.
   *
   * @param what what the object is, for messages
   */
  void object(String what, Value value) throws IOException {
    expect(JsonToken.BEGIN_OBJECT, what);
    json.beginObject();
    Set<String> keys = new HashSet<>();
    while (json.hasNext()) {
      String key = json.nextName();
      if (!keys.add(key)) {
        throw invalid("%s has the key '%s' twice".formatted(what, echoed(key)));
      }
      value.read(key);
    }
    json.endObject();
  }

  String string(String what) throws IOException {
    expect(JsonToken.STRING, what);
    return json.nextString();
  }

  /**
   * Reads an array of whole numbers that aren't negative.
   *
   * @param most the maximum number of them
   */
  long[] numbers(String what, int most) throws IOException {
    expect(JsonToken.BEGIN_ARRAY, what);
    json.beginArray();
    List<Long> numbers = new ArrayList<>();
    while (json.hasNext()) {
      if (numbers.size() == most) {
        throw invalid("%s has more than %s numbers".formatted(what, most));
      }
      expect(JsonToken.NUMBER, what);
      numbers.add(number(what, json.nextString()));
    }
    json.endArray();
    return numbers.stream().mapToLong(Long::longValue).toArray();
  }

  void skip() throws IOException {
    json.skipValue();
  }

  /** Checks that nothing follows. */
  void end() throws IOException {
    expect(JsonToken.END_DOCUMENT, "the header");
  }

  /** The beginning of a text from a file, for a message of one line. */
  static String echoed(String text) {
    String some = text.length() <= MOST_ECHOED ? text : text.substring(0, MOST_ECHOED) + "…";
    return some.replaceAll("\\p{Cntrl}", "?");
  }

  private static StorageException invalid(String problem) {
    return new StorageException(
        "the header of this safetensors file is invalid: %s; copy or save the file again"
            .formatted(problem));
  }

  private void expect(JsonToken expected, String what) throws IOException {
    JsonToken found = json.peek();
    if (found != expected) {
      throw invalid("%s: expected %s, found %s".formatted(what, name(expected), name(found)));
    }
  }

  private static String name(JsonToken token) {
    return switch (token) {
      case BEGIN_ARRAY -> "a list";
      case END_ARRAY -> "the end of a list";
      case BEGIN_OBJECT -> "an object";
      case END_OBJECT -> "the end of an object";
      case NAME -> "a key";
      case STRING -> "a string";
      case NUMBER -> "a number";
      case BOOLEAN -> "true or false";
      case NULL -> "null";
      case END_DOCUMENT -> "the end of the header";
    };
  }

  private static long number(String what, String text) {
    boolean isWhole = WHOLE_NUMBER.matcher(text).matches();
    if (!isWhole || (text.length() == LARGEST.length() && text.compareTo(LARGEST) > 0)) {
      throw invalid("%s has %s, not a size or position".formatted(what, echoed(text)));
    }
    return Long.parseLong(text);
  }

  private static String text(byte[] header) {
    ByteBuffer bytes = ByteBuffer.wrap(header);
    try {
      // Unlike the constructor of String, a decoder reports what is malformed.
      return StandardCharsets.UTF_8.newDecoder().decode(bytes).toString();
    } catch (CharacterCodingException e) {
      throw invalid("byte %s is not UTF-8".formatted(Long.BYTES + bytes.position()));
    }
  }
}
