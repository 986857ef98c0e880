package io.ostinato.spark.text;

import ai.djl.engine.Engine;
import java.util.Optional;

/** DJL's tokenizers, which are not in our jar; this class refers to them only by name. */
final class TokenizerLibrary {
  static final String CLASS = "ai.djl.huggingface.tokenizers.HuggingFaceTokenizer";

  private TokenizerLibrary() {}

  /**
   * What is missing on the class path of this process, and how to add it; empty if nothing is.
   * Loads no native library.
   */
  static Optional<String> missing() {
    try {
      Class.forName(CLASS, false, TokenizerLibrary.class.getClassLoader());
      return Optional.empty();
    } catch (ClassNotFoundException | LinkageError e) {
      return Optional.of(
          "DJL's tokenizers are not on the class path; add ai.djl.huggingface:tokenizers:%s with"
                  .formatted(Engine.getDjlVersion())
              + " --packages (docs/cluster.md)");
    }
  }
}
