package io.ostinato.spark.ml;

import ai.djl.Model;
import ai.djl.modality.Classifications;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.translate.Batchifier;
import ai.djl.translate.Translator;
import ai.djl.translate.TranslatorContext;
import ai.djl.translate.TranslatorFactory;
import ai.djl.util.Pair;
import ai.djl.util.Utils;
import java.io.IOException;
import java.io.Serializable;
import java.lang.reflect.Type;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Translators of four numbers, as an array or as text, to the classes of {@code synset.txt}, as an
 * application would write them.
 */
public final class ClassesFactory implements TranslatorFactory, Serializable {
  private static final long serialVersionUID = 1;

  /** The translators that were prepared in this process, each once. */
  static final Set<Object> PREPARED =
      Collections.synchronizedSet(Collections.newSetFromMap(new IdentityHashMap<>()));

  /** How many prepared translators there were at once, at most. */
  static final AtomicLong MOST_OPEN = new AtomicLong();

  /** The managers that translators were prepared with. */
  static final List<NDManager> MANAGERS = Collections.synchronizedList(new java.util.ArrayList<>());

  @Override
  public Set<Pair<Type, Type>> getSupportedTypes() {
    return Set.of(
        new Pair<>(float[].class, Classifications.class),
        new Pair<>(String.class, Classifications.class),
        new Pair<>(float[].class, float[].class));
  }

  @Override
  @SuppressWarnings("unchecked")
  public <I, O> Translator<I, O> newInstance(
      Class<I> input, Class<O> output, Model model, Map<String, ?> arguments) {
    Batchifier batchifier =
        Batchifier.fromString(
            String.valueOf(
                arguments.containsKey("batchifier") ? arguments.get("batchifier") : "stack"));
    int topK =
        Integer.parseInt(arguments.containsKey("topK") ? arguments.get("topK").toString() : "5");
    return output == float[].class
        ? (Translator<I, O>) new ToScores(batchifier)
        : (Translator<I, O>) new ToClasses<I>(batchifier, topK);
  }

  private static NDList arrays(NDManager manager, Object input, @Nullable Batchifier batchifier) {
    float[] numbers = input instanceof float[] given ? given : parsed((String) input);
    NDArray array = manager.create(numbers);
    return new NDList(batchifier == null ? array.expandDims(0) : array);
  }

  private static float[] parsed(String text) {
    List<Float> numbers = Stream.of(text.split(",")).map(Float::valueOf).toList();
    return Utils.toFloatArray(numbers);
  }

  private record ToScores(@Nullable Batchifier getBatchifier)
      implements Translator<float[], float[]> {
    @Override
    public NDList processInput(TranslatorContext context, float[] input) {
      return arrays(context.getNDManager(), input, getBatchifier);
    }

    @Override
    public float[] processOutput(TranslatorContext context, NDList list) {
      return list.singletonOrThrow().toFloatArray();
    }
  }

  private static final class ToClasses<I> implements Translator<I, Classifications> {
    private final @Nullable Batchifier batchifier;
    private final int topK;
    private List<String> names = List.of();
    private @Nullable Thread user;

    ToClasses(@Nullable Batchifier batchifier, int topK) {
      this.batchifier = batchifier;
      this.topK = topK;
    }

    @Override
    public void prepare(TranslatorContext context) throws IOException {
      if (!PREPARED.add(this)) {
        throw new IllegalStateException("prepared twice");
      }
      MANAGERS.add(context.getNDManager());
      synchronized (MANAGERS) {
        long open = MANAGERS.stream().filter(NDManager::isOpen).count();
        MOST_OPEN.accumulateAndGet(open, Math::max);
      }
      names = context.getModel().getArtifact("synset.txt", Utils::readLines);
    }

    @Override
    public NDList processInput(TranslatorContext context, I input) {
      user = user == null ? Thread.currentThread() : user;
      if (user != Thread.currentThread()) {
        throw new IllegalStateException("used by two threads");
      }
      context.setAttachment("input", input);
      return arrays(context.getNDManager(), input, batchifier);
    }

    @Override
    public Classifications processOutput(TranslatorContext context, NDList list) {
      if (context.getAttachment("input") == null) {
        throw new IllegalStateException("the context has lost its attachment");
      }
      NDArray logits = list.singletonOrThrow();
      return new Classifications(
          names, (batchifier == null ? logits.squeeze(0) : logits).softmax(0), topK);
    }

    @Override
    public @Nullable Batchifier getBatchifier() {
      return batchifier;
    }
  }
}
