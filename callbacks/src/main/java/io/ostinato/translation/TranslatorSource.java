package io.ostinato.translation;

import ai.djl.Model;
import ai.djl.ndarray.NDManager;
import ai.djl.translate.DefaultTranslatorFactory;
import ai.djl.translate.NoopTranslator;
import ai.djl.translate.TranslateException;
import ai.djl.translate.Translator;
import ai.djl.translate.TranslatorFactory;
import ai.djl.util.Pair;
import io.ostinato.evaluation.MissingClassException;
import io.ostinato.evaluation.SerializedBytes;
import java.io.IOException;
import java.io.Serializable;
import java.io.UncheckedIOException;
import java.lang.reflect.Type;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * How each process makes translators of its own, since DJL's aren't thread-safe: a factory with its
 * arguments, or a translator that is copied, and the artifacts that it reads. Immutable and
 * serializable.
 *
 * @param <I> type of the inputs
 * @param <O> type of the outputs
 */
public final class TranslatorSource<I, O> implements Serializable {
  private static final long serialVersionUID = 1;

  private final Class<I> input;
  private final Class<O> output;
  private final TranslatorMaker maker;
  private final TreeMap<String, Object> arguments;
  private final ModelArtifacts artifacts;

  private TranslatorSource(
      Class<I> input,
      Class<O> output,
      TranslatorMaker maker,
      TreeMap<String, Object> arguments,
      ModelArtifacts artifacts) {
    this.input = input;
    this.output = output;
    this.maker = maker;
    this.arguments = arguments;
    this.artifacts = artifacts;
  }

  /**
   * Copies a translator for each task by Java serialization.
   *
   * @throws IllegalArgumentException if it can't be serialized; the message says how else to pass
   *     it
   */
  public static <I, O> TranslatorSource<I, O> of(
      Class<I> input, Class<O> output, Translator<I, O> translator) {
    if (!(translator instanceof Serializable serializable)) {
      throw notSerializable(translator, "pass a TranslatorFactory that makes it");
    }
    return of(input, output, new TranslatorMaker.Copied(bytesOf(serializable)));
  }

  /**
   * Makes the translators with a factory, which is serialized; if it isn't serializable, with
   * another one of its class.
   *
   * @throws IllegalArgumentException if it can't be serialized and its class has no public
   *     constructor without parameters, or if it doesn't support these types
   */
  public static <I, O> TranslatorSource<I, O> of(
      Class<I> input, Class<O> output, TranslatorFactory factory) {
    if (!factory.isSupported(input, output)) {
      throw new IllegalArgumentException(
          "%s makes no translators from %s to %s; it supports %s"
              .formatted(
                  factory.getClass().getName(),
                  input.getTypeName(),
                  output.getTypeName(),
                  SupportedTypes.of(factory)));
    }
    if (factory instanceof DefaultTranslatorFactory registry) {
      Optional<Translator<I, O>> registered = registered(input, output, registry);
      if (registered.isPresent()) {
        return of(input, output, registered.orElseThrow());
      }
    }
    if (factory instanceof Serializable serializable) {
      return of(input, output, new TranslatorMaker.ByFactory(bytesOf(serializable)));
    }
    return ofFactory(input, output, factory.getClass());
  }

  /** The translator of {@code Criteria.optTranslator}, which DJL registers with such a factory. */
  private static <I, O> Optional<Translator<I, O>> registered(
      Class<I> input, Class<O> output, DefaultTranslatorFactory registry) {
    if (!registry.getSupportedTypes().contains(new Pair<Type, Type>(input, output))) {
      return Optional.empty();
    }
    Model none = new ArtifactModel(ModelArtifacts.none(), NDManager.newBaseManager());
    try (NDManager manager = none.getNDManager()) {
      Translator<I, O> translator = registry.newInstance(input, output, none, Map.of());
      return Optional.of(translator).filter(each -> !(each instanceof NoopTranslator));
    } catch (TranslateException e) {
      throw new IllegalArgumentException(
          "%s can't make a translator: %s".formatted(registry.getClass().getName(), e), e);
    } finally {
      none.close();
    }
  }

  private static <I, O> TranslatorSource<I, O> ofFactory(
      Class<I> input, Class<O> output, Class<? extends TranslatorFactory> factory) {
    boolean canBeMade =
        Arrays.stream(factory.getConstructors()).anyMatch(each -> each.getParameterCount() == 0);
    if (!canBeMade) {
      throw new IllegalArgumentException(
          "%s can't be sent to executors; make it serializable, or give it a public constructor"
                  .formatted(factory.getName())
              + " without parameters");
    }
    return of(input, output, new TranslatorMaker.ByFactoryClass(factory.getName()));
  }

  private static <I, O> TranslatorSource<I, O> of(
      Class<I> input, Class<O> output, TranslatorMaker maker) {
    return new TranslatorSource<>(input, output, maker, new TreeMap<>(), ModelArtifacts.none());
  }

  /**
   * The same with these arguments for the factory, in addition to those that it has.
   *
   * @throws IllegalArgumentException if a value is not serializable
   */
  public TranslatorSource<I, O> withArguments(Map<String, ?> added) {
    TreeMap<String, Object> all = new TreeMap<>(arguments);
    added.forEach(
        (name, value) -> {
          if (!(value instanceof Serializable)) {
            throw new IllegalArgumentException(
                "the argument '%s' of the translator is a %s, which is not serializable"
                    .formatted(name, value.getClass().getName()));
          }
          all.put(name, value);
        });
    return new TranslatorSource<>(input, output, maker, all, artifacts);
  }

  /** The same with the artifacts of a model. */
  public TranslatorSource<I, O> withArtifacts(ModelArtifacts wanted) {
    return new TranslatorSource<>(input, output, maker, arguments, wanted);
  }

  /** The type of the inputs. */
  public Class<I> input() {
    return input;
  }

  /** The type of the outputs. */
  public Class<O> output() {
    return output;
  }

  /**
   * Makes a translator and prepares it.
   *
   * @param device the parent of the arrays of the translator
   * @throws MissingClassException if a class is missing in this process
   * @throws IllegalStateException if it can't be made or prepared; the message says why
   */
  public PreparedTranslator<I, O> open(NDManager device) {
    NDManager manager = device.newSubManager();
    try {
      return openIn(manager);
    } catch (RuntimeException | Error e) {
      manager.close();
      throw e;
    }
  }

  private PreparedTranslator<I, O> openIn(NDManager manager) {
    ArtifactModel model = new ArtifactModel(artifacts, manager);
    try {
      return PreparedTranslator.prepare(
          maker.make(input, output, model, arguments), model, manager);
    } catch (RuntimeException | Error e) {
      model.close();
      throw e;
    } catch (Exception e) {
      model.close();
      throw failed(e);
    }
  }

  private IllegalStateException failed(Exception e) {
    return new IllegalStateException(
        "the translator from %s to %s can't be prepared: %s"
            .formatted(input.getTypeName(), output.getTypeName(), e),
        e);
  }

  private static byte[] bytesOf(Serializable object) {
    try {
      return SerializedBytes.of(object);
    } catch (UncheckedIOException e) {
      IOException cause = e.getCause();
      throw notSerializable(object, "make all of its fields serializable (%s)".formatted(cause));
    }
  }

  private static IllegalArgumentException notSerializable(Object object, String remedy) {
    return new IllegalArgumentException(
        "%s can't be serialized to be sent to executors; %s"
            .formatted(object.getClass().getName(), remedy));
  }
}
