package io.ostinato.spark.ml;

import ai.djl.translate.TranslatorFactory;
import io.ostinato.evaluation.SerializedBytes;
import java.io.Serializable;
import java.lang.reflect.Modifier;
import java.util.Arrays;
import java.util.Base64;

/**
 * Converts a factory of translators to text and back, so that a stage that has one can be saved: to
 * the name of its class if a new object of the class is equivalent, and else to its serialized
 * form.
 */
final class FactoryText {
  private static final String SERIALIZED = "serialized:";

  private FactoryText() {}

  /**
   * Converts a factory to text.
   *
   * @throws IllegalArgumentException if it is neither serializable nor has a public constructor
   *     without parameters
   */
  static String of(TranslatorFactory factory) {
    String name = factory.getClass().getName();
    boolean isSerializable = factory instanceof Serializable;
    if (hasConstructor(factory.getClass())) {
      if (!isSerializable || Arrays.equals(bytes(factory), bytes(factory(name)))) {
        return name;
      }
    } else if (!isSerializable) {
      throw new IllegalArgumentException(
          "translatorFactory: %s can't be sent to executors; make it serializable, or give it a"
                  .formatted(name)
              + " public constructor without parameters");
    }
    return SERIALIZED + Base64.getEncoder().encodeToString(bytes(factory));
  }

  /**
   * Converts text to a factory.
   *
   * @throws IllegalArgumentException if its class is missing
   */
  static TranslatorFactory factory(String text) {
    if (text.startsWith(SERIALIZED)) {
      byte[] bytes = Base64.getDecoder().decode(text.substring(SERIALIZED.length()));
      return SerializedBytes.read(bytes, TranslatorFactory.class);
    }
    try {
      return ClassNames.find(text, "translatorFactory")
          .asSubclass(TranslatorFactory.class)
          .getConstructor()
          .newInstance();
    } catch (ReflectiveOperationException | ClassCastException e) {
      throw new IllegalArgumentException(
          "translatorFactory: %s can't be created: %s".formatted(text, e), e);
    }
  }

  private static boolean hasConstructor(Class<?> type) {
    return Modifier.isPublic(type.getModifiers())
        && Arrays.stream(type.getConstructors()).anyMatch(each -> each.getParameterCount() == 0);
  }

  private static byte[] bytes(TranslatorFactory factory) {
    return SerializedBytes.of((Serializable) factory);
  }
}
