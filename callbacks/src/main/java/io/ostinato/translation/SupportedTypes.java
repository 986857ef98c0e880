package io.ostinato.translation;

import ai.djl.translate.TranslatorFactory;
import java.util.stream.Collectors;

/** The types that a factory of translators supports, for messages. */
final class SupportedTypes {
  private SupportedTypes() {}

  /** Such as {@code ai.djl.modality.cv.Image to ai.djl.modality.Classifications}. */
  static String of(TranslatorFactory factory) {
    return factory.getSupportedTypes().stream()
        .map(
            types ->
                "%s to %s".formatted(types.getKey().getTypeName(), types.getValue().getTypeName()))
        .sorted()
        .collect(Collectors.joining(", "));
  }
}
