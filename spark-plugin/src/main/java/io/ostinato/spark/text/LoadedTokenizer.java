package io.ostinato.spark.text;

import ai.djl.engine.EngineException;
import ai.djl.huggingface.tokenizers.HuggingFaceTokenizer;
import ai.djl.huggingface.tokenizers.jni.TokenizersLibrary;
import io.ostinato.evaluation.EvaluationException;
import io.ostinato.libraries.NativeLibraries;
import io.ostinato.libraries.Reason;
import java.io.IOException;
import java.io.InputStream;
import java.util.HashMap;
import java.util.Map;

/**
 * A tokenizer in native memory, which is freed when this is garbage-collected. Thread-safe: the
 * library only reads it.
 */
final class LoadedTokenizer {
  private final HuggingFaceTokenizer tokenizer;
  private final boolean special;

  /**
   * The tokens of a text.
   *
   * @param ids their ids
   * @param types their type ids; as many
   */
  record Tokens(long[] ids, long[] types) {}

  private LoadedTokenizer(HuggingFaceTokenizer tokenizer, boolean special) {
    this.tokenizer = tokenizer;
    this.special = special;
  }

  /**
   * Loads a tokenizer that doesn't truncate.
   *
   * @param special whether special tokens are added
   * @throws EvaluationException if the file is not valid, or the native library can't be loaded
   */
  static LoadedTokenizer whole(TokenizerFile file, boolean special) {
    return load(file, special, Map.of("truncation", "DO_NOT_TRUNCATE"));
  }

  /**
   * Loads a tokenizer that truncates texts to this number of tokens.
   *
   * @param length more than the number of special tokens
   */
  static LoadedTokenizer truncating(TokenizerFile file, boolean special, int length) {
    String most = Integer.toString(length);
    // Without a maximum for the model, DJL assumes 512.
    return load(
        file,
        special,
        Map.of(
            "truncation", "ONLY_FIRST", "maxLength", most, "modelMaxLength", most, "stride", "0"));
  }

  private static LoadedTokenizer load(
      TokenizerFile file, boolean special, Map<String, String> truncation) {
    Map<String, String> options = new HashMap<>(truncation);
    options.put("padding", "DO_NOT_PAD");
    return NativeLibraries.unpacking(
        () -> new LoadedTokenizer(nativeTokenizer(file, options), special));
  }

  private static HuggingFaceTokenizer nativeTokenizer(
      TokenizerFile file, Map<String, String> options) {
    try (InputStream json = file.json()) {
      return HuggingFaceTokenizer.newInstance(json, options);
    } catch (EngineException | LinkageError e) {
      throw new EvaluationException(
          "the native library of DJL's tokenizers can't be loaded: " + Reason.of(e), e);
    } catch (IOException | RuntimeException e) { // any that the native library throws
      throw new EvaluationException(
          "DJL's tokenizers can't read this tokenizer.json: " + Reason.of(e), e);
    }
  }

  /** The tokens of a text, after truncation. */
  Tokens tokens(String text) {
    // HuggingFaceTokenizer.encode also copies the texts and positions of all tokens.
    TokenizersLibrary library = TokenizersLibrary.LIB;
    long encoding = library.encode(tokenizer.getHandle(), text, special);
    try {
      return new Tokens(library.getTokenIds(encoding), library.getTypeIds(encoding));
    } finally {
      library.deleteEncoding(encoding);
    }
  }
}
