package io.ostinato.jobs.modelfile;

import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import io.ostinato.pickle.Pickled;
import io.ostinato.pickle.Pickled.Instance;
import io.ostinato.pickle.Pickled.Items;
import io.ostinato.pickle.Pickled.Storage;
import io.ostinato.pickle.Pickled.Tensor;
import io.ostinato.pickle.TensorView;
import io.ostinato.weights.HostArray;
import io.ostinato.weights.OfferedArray;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The tensors in a value of {@code torch.save}, named by the keys on the way to them: {@code
 * state_dict.model.conv.weight}. A pickled module has those of its state_dict, without its classes.
 */
final class SavedTensors {
  private static final int DEEPEST = 100;
  private static final int MOST_VISITS = 500_000;

  /** No names are longer; a few long keys could make very many long names. */
  private static final int MOST_CHARACTERS = 2_000;

  private final TorchSaveContent saved;
  private final Map<String, OfferedArray> found = new LinkedHashMap<>();
  private int visits;

  private SavedTensors(TorchSaveContent saved) {
    this.saved = saved;
  }

  /** All tensors, of which nothing is copied before their content is asked for. */
  static List<OfferedArray> of(TorchSaveContent saved) {
    SavedTensors tensors = new SavedTensors(saved);
    tensors.collect("", saved.value(), 0);
    return List.copyOf(tensors.found.values());
  }

  private void collect(String path, Pickled value, int depth) {
    if (++visits > MOST_VISITS || depth > DEEPEST) {
      throw new IllegalArgumentException(
          "its value has more than %s parts, or more than %s in one another"
              .formatted(MOST_VISITS, DEEPEST));
    }
    if (value instanceof Tensor tensor && !path.isEmpty()) {
      String name = path.substring(0, path.length() - 1);
      found.putIfAbsent(name, offered(name, tensor));
    } else if (value instanceof Items items) {
      for (int i = 0; i < items.values().size(); i++) {
        collect(path + i + ".", items.values().get(i), depth + 1);
      }
    } else if (value instanceof Instance module && module.isModule()) {
      Map<String, Pickled> attributes = module.attributes();
      for (String kind : List.of("_parameters", "_buffers", "_modules")) {
        each(path, attributes.getOrDefault(kind, Pickled.Other.VALUE).entries(), depth);
      }
    } else {
      each(path, value.entries(), depth);
    }
  }

  private void each(String path, Map<String, Pickled> values, int depth) {
    values.forEach(
        (key, value) -> {
          if (path.length() + key.length() > MOST_CHARACTERS) {
            throw new IllegalArgumentException(
                "the names of its values have more than %s characters".formatted(MOST_CHARACTERS));
          }
          collect(path + key + ".", value, depth + 1);
        });
  }

  private OfferedArray offered(String name, Tensor tensor) {
    Storage storage = tensor.storage();
    TensorView view = tensor.view();
    if (storage == null || view == null || view.type() == DataType.UNKNOWN) {
      return new OfferedArray(
          name,
          DataType.UNKNOWN,
          view == null ? new Shape() : view.shape(),
          () -> {
            throw new IllegalArgumentException(
                "%s is a tensor of a kind that can't be read (%s)"
                    .formatted(PickledEntry.quoted(name), PickledEntry.quoted(tensor.how())));
          });
    }
    return new OfferedArray(
        name, view.type(), view.shape(), () -> content(name, storage.key(), view));
  }

  private HostArray content(String name, String key, TensorView view) {
    ByteBuffer storage =
        saved
            .storages()
            .of(key)
            .orElseThrow(
                () ->
                    new IllegalArgumentException(
                        "the storage of %s is missing in the file; save the file again"
                            .formatted(PickledEntry.quoted(name))));
    try {
      view.check(storage.remaining());
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(
          "%s is %s".formatted(PickledEntry.quoted(name), e.getMessage()), e);
    }
    boolean isSwapped = saved.order() == ByteOrder.BIG_ENDIAN;
    ByteBuffer elements =
        view.sizeBytes() > 0 && view.isContiguous() && !isSwapped
            ? storage.slice(
                Math.toIntExact(view.offset() * view.type().getNumOfBytes()),
                Math.toIntExact(view.sizeBytes()))
            : gathered(storage, view, isSwapped);
    return HostArray.of(name, view.type(), view.shape(), List.of(elements));
  }

  private static ByteBuffer gathered(ByteBuffer storage, TensorView view, boolean isSwapped) {
    ByteBuffer elements = ByteBuffer.allocate(Math.toIntExact(view.sizeBytes()));
    view.gather(storage, elements);
    elements.flip();
    if (isSwapped) {
      swap(elements.array(), view.type().getNumOfBytes());
    }
    return elements;
  }

  /** Reverses the bytes of each element. */
  private static void swap(byte[] elements, int width) {
    for (int at = 0; at < elements.length; at += width) {
      for (int i = 0; i < width / 2; i++) {
        byte one = elements[at + i];
        elements[at + i] = elements[at + width - 1 - i];
        elements[at + width - 1 - i] = one;
      }
    }
  }
}
