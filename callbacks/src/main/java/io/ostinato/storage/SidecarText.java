package io.ostinato.storage;

import com.google.gson.stream.JsonReader;
import io.ostinato.weights.Sha256;
import java.io.IOException;
import java.io.StringReader;
import java.lang.reflect.RecordComponent;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * The text of a sidecar: a JSON object whose first line is the SHA-256 of the file without this
 * line. A sidecar written before there was a hash has no such line, and is accepted if it has no
 * unknown key, so that a damaged line isn't treated as a missing one.
 */
final class SidecarText {
  private static final String KEY = "sha256";
  private static final String OPEN = "{\n";
  private static final String BEFORE = OPEN + "  \"" + KEY + "\": \"";
  private static final String AFTER = "\",\n";
  private static final int HASH_CHARACTERS = 64;
  private static final Set<String> KEYS =
      Arrays.stream(Sidecar.class.getRecordComponents())
          .map(RecordComponent::getName)
          .collect(Collectors.toUnmodifiableSet());

  private SidecarText() {}

  /**
   * Adds the hash.
   *
   * @param json an object, with a line for each of its keys
   */
  static String withHash(String json) {
    return BEFORE + hash(json) + AFTER + json.substring(OPEN.length());
  }

  /**
   * Removes the hash.
   *
   * @throws IOException if the text isn't what was written; says why
   */
  static String verified(String text) throws IOException {
    int end = BEFORE.length() + HASH_CHARACTERS;
    if (!text.startsWith(BEFORE) || !text.startsWith(AFTER, end)) {
      checkKeys(text);
      return text;
    }
    String json = OPEN + text.substring(end + AFTER.length());
    if (!hash(json).equals(text.substring(BEFORE.length(), end))) {
      throw new IOException("its content is not what was written");
    }
    return json;
  }

  private static String hash(String json) {
    MessageDigest digest = Sha256.start();
    digest.update(json.getBytes(StandardCharsets.UTF_8));
    return Sha256.hex(digest);
  }

  private static void checkKeys(String text) throws IOException {
    try (JsonReader json = new JsonReader(new StringReader(text))) {
      Set<String> keys = new HashSet<>();
      json.beginObject();
      while (json.hasNext()) {
        String key = json.nextName();
        if (!KEYS.contains(key) || !keys.add(key)) {
          throw new IOException(
              "it has the key '%s', which is unknown or there twice"
                  .formatted(HeaderJson.echoed(key)));
        }
        json.skipValue();
      }
      json.endObject();
    } catch (IllegalStateException e) {
      throw new IOException("it is not a JSON object", e);
    }
  }
}
