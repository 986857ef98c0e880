package io.ostinato.spark.text;

import com.google.gson.JsonElement;
import com.google.gson.JsonNull;
import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import com.google.gson.JsonParser;
import io.ostinato.text.Excerpt;
import io.ostinato.weights.Sha256;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.Serializable;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.DeflaterOutputStream;
import java.util.zip.InflaterInputStream;

/**
 * The content of a {@code tokenizer.json} of Hugging Face, compressed. Its settings for truncation
 * and padding are left out: those of a {@link TokensConverter} apply instead. Immutable.
 */
public final class TokenizerFile implements Serializable {
  private static final long serialVersionUID = 1;
  private static final String TRUNCATION = "truncation";
  private static final String PADDING = "padding";

  private final byte[] compressed;
  private final String hash;
  private final PaddingToken padding;
  private final List<String> replaced;

  private TokenizerFile(
      byte[] compressed, String hash, PaddingToken padding, List<String> replaced) {
    this.compressed = compressed;
    this.hash = hash;
    this.padding = padding;
    this.replaced = List.copyOf(replaced);
  }

  /**
   * Reads a local file.
   *
   * @throws IOException if it can't be read
   * @throws IllegalArgumentException if it is not a tokenizer; says why
   */
  public static TokenizerFile read(Path file) throws IOException {
    return of(Files.readAllBytes(file));
  }

  /**
   * Creates one from the content of a file.
   *
   * @throws IllegalArgumentException if it is not a tokenizer; says why
   */
  public static TokenizerFile of(byte[] json) {
    JsonObject root = parsed(json);
    if (!root.has("model") || !root.get("model").isJsonObject()) {
      throw new IllegalArgumentException(
          "it has no 'model', so it is not a tokenizer.json; "
              + (root.has("tokenizer_class") ? "a tokenizer_config.json is not enough; " : "")
              + "save one in Python with tokenizer.save_pretrained(folder), or save(path) of the"
              + " package tokenizers");
    }
    PaddingToken padding = PaddingToken.of(root);
    List<String> replaced = new ArrayList<>();
    for (String setting : List.of(TRUNCATION, PADDING)) {
      JsonElement own = root.get(setting);
      if (own != null && !own.isJsonNull()) {
        replaced.add("%s %s".formatted(setting, own));
      }
      root.add(setting, JsonNull.INSTANCE);
    }
    byte[] kept = root.toString().getBytes(StandardCharsets.UTF_8);
    MessageDigest digest = Sha256.start();
    digest.update(kept);
    return new TokenizerFile(compressed(kept), Sha256.hex(digest), padding, replaced);
  }

  private static JsonObject parsed(byte[] json) {
    try {
      JsonElement root = JsonParser.parseString(new String(json, StandardCharsets.UTF_8));
      if (root.isJsonObject()) {
        return root.getAsJsonObject();
      }
      throw new IllegalArgumentException("it is not a JSON object, so it is not a tokenizer.json");
    } catch (JsonParseException e) {
      throw new IllegalArgumentException(
          "it is not valid JSON, so it is not a tokenizer.json: "
              + Excerpt.ofMessage(String.valueOf(e.getMessage())),
          e);
    }
  }

  private static byte[] compressed(byte[] content) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (OutputStream out = new DeflaterOutputStream(bytes)) {
      out.write(content);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return bytes.toByteArray();
  }

  /** The JSON, without settings for truncation and padding. */
  InputStream json() {
    return new InflaterInputStream(new ByteArrayInputStream(compressed));
  }

  /** Identifies the content. */
  String hash() {
    return hash;
  }

  /** What rows are padded with. */
  PaddingToken padding() {
    return padding;
  }

  /** The settings that were left out, as JSON. */
  List<String> replaced() {
    return replaced;
  }
}
