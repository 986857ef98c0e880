package io.ostinato.translation;

import ai.djl.Model;
import ai.djl.translate.Translator;
import ai.djl.translate.TranslatorFactory;
import io.ostinato.evaluation.MissingClassException;
import io.ostinato.evaluation.SerializedBytes;
import java.io.Serializable;
import java.util.Map;

/** A way to make translators, as bytes or a name, so that a class that is missing is reported. */
sealed interface TranslatorMaker extends Serializable {

  /** Makes a translator of these types, which are those of the maker. */
  <I, O> Translator<I, O> make(
      Class<I> input, Class<O> output, Model model, Map<String, Object> arguments) throws Exception;

  /** Copies a translator. */
  record Copied(byte[] translator) implements TranslatorMaker {
    @Override
    @SuppressWarnings("unchecked") // it had these types when it was serialized
    public <I, O> Translator<I, O> make(
        Class<I> input, Class<O> output, Model model, Map<String, Object> arguments) {
      return SerializedBytes.read(translator, Translator.class);
    }
  }

  /** Asks a copy of a factory. */
  record ByFactory(byte[] factory) implements TranslatorMaker {
    @Override
    public <I, O> Translator<I, O> make(
        Class<I> input, Class<O> output, Model model, Map<String, Object> arguments)
        throws Exception {
      return SerializedBytes.read(factory, TranslatorFactory.class)
          .newInstance(input, output, model, arguments);
    }
  }

  /** Asks a new factory of a class. */
  record ByFactoryClass(String name) implements TranslatorMaker {
    @Override
    public <I, O> Translator<I, O> make(
        Class<I> input, Class<O> output, Model model, Map<String, Object> arguments)
        throws Exception {
      return newFactory().newInstance(input, output, model, arguments);
    }

    private TranslatorFactory newFactory() throws ReflectiveOperationException {
      try {
        return Class.forName(name, true, Thread.currentThread().getContextClassLoader())
            .asSubclass(TranslatorFactory.class)
            .getConstructor()
            .newInstance();
      } catch (ClassNotFoundException e) {
        throw new MissingClassException(name, e);
      }
    }
  }
}
