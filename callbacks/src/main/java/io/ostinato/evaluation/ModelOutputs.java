package io.ostinato.evaluation;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * What one forward gave, in the model's own order. Each output has a position, as in {@code 1}, or
 * {@code 1.0} for the first within the second; what a dict, a named tuple or an ONNX model gives
 * has a name, too, as in {@code logits} or {@code 1.hidden}. The arrays belong to the scope of the
 * inputs. For one thread.
 */
public final class ModelOutputs {
  private final Order order;
  private final List<Output> outputs;
  private final Consumer<String> notes;

  /** What is known of the order of the outputs. */
  enum Order {
    /** A tuple or a list: the first is the first. */
    GIVEN,
    /** A dict: what comes first in it means nothing. */
    BY_NAME
  }

  /**
   * One output.
   *
   * @param position as in {@code 1} or {@code 1.0}
   * @param name as in {@code logits} or {@code 1.hidden}; equal to the position without a name
   * @param array if it is one
   * @param type in the words of its engine, as in {@code Tensor} or {@code NoneType}
   */
  record Output(String position, String name, @Nullable NDArray array, String type) {
    Output with(NDArray other) {
      return new Output(position, name, other, type);
    }

    private boolean isWithin(String text) {
      return position.startsWith(text + ".") || name.startsWith(text + ".");
    }

    @Override
    public String toString() {
      return array == null ? name + " (" + type + ")" : name;
    }
  }

  ModelOutputs(Order order, List<Output> outputs, Consumer<String> notes) {
    this.order = order;
    this.outputs = List.copyOf(outputs);
    this.notes = notes;
  }

  /** Outputs by position; those that have names keep them. */
  public static ModelOutputs of(NDList arrays) {
    return of(arrays, note -> {});
  }

  /** The same, with somebody who hears what a user should know of them. */
  static ModelOutputs of(NDList arrays, Consumer<String> notes) {
    List<Output> outputs = new ArrayList<>();
    for (NDArray array : arrays) {
      String position = Integer.toString(outputs.size());
      String name = Objects.requireNonNullElse(array.getName(), position);
      outputs.add(new Output(position, name, array, "Tensor"));
    }
    return new ModelOutputs(Order.GIVEN, outputs, notes);
  }

  /** The names, in the model's own order; the position where an output has no name. */
  public List<String> names() {
    return outputs.stream().filter(output -> output.array() != null).map(Output::name).toList();
  }

  /**
   * The arrays by name, or by position where an output has no name, in the model's own order; what
   * is no array is left out.
   */
  public Map<String, NDArray> byName() {
    Map<String, NDArray> arrays = new LinkedHashMap<>();
    for (Output output : outputs) {
      NDArray array = output.array();
      if (array != null) {
        arrays.put(arrays.containsKey(output.name()) ? output.position() : output.name(), array);
      }
    }
    return arrays;
  }

  /**
   * The output that is meant where nobody says which: the only one, or the first of a tuple or
   * list.
   *
   * @throws IllegalArgumentException if it can't be told, as among the several of a dict, or is no
   *     array; lists the outputs
   */
  public NDArray first() {
    List<Output> arrays = outputs.stream().filter(output -> output.array() != null).toList();
    boolean isOnly = arrays.size() == 1;
    NDArray first = arrays.isEmpty() ? null : arrays.get(0).array();
    if (first == null || (!isOnly && isDoubtful(arrays))) {
      throw new IllegalArgumentException(
          "the model has %s, and which one is meant can't be told; name one%s"
              .formatted(
                  described(),
                  arrays.isEmpty() ? "" : ", as in '%s'".formatted(arrays.get(0).name())));
    }
    if (!isOnly) {
      notes.accept(
          "the model has %s; nothing says which is meant, so the first is used, '%s'"
              .formatted(described(), arrays.get(0).name()));
    }
    return first;
  }

  /**
   * An output by name or position.
   *
   * @throws IllegalArgumentException if there is none, or it is no array; lists the outputs
   */
  public NDArray get(String nameOrPosition) {
    Output found =
        find(output -> output.name().equals(nameOrPosition))
            .or(() -> find(output -> output.position().equals(nameOrPosition)))
            .or(() -> only(nameOrPosition))
            .orElseThrow(
                () ->
                    new IllegalArgumentException(
                        "the model has no output '%s'; it has %s"
                            .formatted(nameOrPosition, described())));
    if (found.array() == null) {
      throw new IllegalArgumentException(
          "the output '%s' is of the type %s, and only tensors of numbers can be evaluated; the"
                  .formatted(nameOrPosition, found.type())
              + " model has "
              + described());
    }
    return found.array();
  }

  /** An output by its position, counted from 0; see {@link #get(String)}. */
  public NDArray get(int position) {
    return get(Integer.toString(position));
  }

  /**
   * All outputs, in the model's own order, with their names. What is no array may only follow those
   * that are, so that positions stay what they are.
   *
   * @throws IllegalArgumentException if something else comes before an array; lists the outputs
   */
  public NDList toList() {
    NDList list = new NDList(outputs.size());
    for (int i = 0; i < outputs.size(); i++) {
      NDArray array = outputs.get(i).array();
      if (array != null) {
        if (list.size() < i) {
          throw new IllegalArgumentException(
              "the model has %s; not all are tensors, so take one by its name or position"
                  .formatted(described()));
        }
        list.add(array);
      }
    }
    return list;
  }

  /** The same outputs with other arrays. */
  ModelOutputs map(UnaryOperator<NDArray> copy) {
    List<Output> mapped =
        outputs.stream()
            .map(
                output -> {
                  NDArray array = output.array();
                  return array == null ? output : output.with(copy.apply(array));
                })
            .toList();
    return new ModelOutputs(order, mapped, notes);
  }

  private Optional<Output> find(Predicate<Output> condition) {
    return outputs.stream().filter(condition).findFirst();
  }

  /** What is within an output, if that is one thing. */
  private Optional<Output> only(String text) {
    List<Output> within = outputs.stream().filter(output -> output.isWithin(text)).toList();
    return within.size() == 1 ? Optional.of(within.get(0)) : Optional.empty();
  }

  /** Whether the first is perhaps not what is meant. */
  private boolean isDoubtful(List<Output> arrays) {
    Output first = arrays.get(0);
    return order == Order.BY_NAME
        || !first.position().equals("0")
        || (isOfIntegers(first) && !arrays.stream().allMatch(ModelOutputs::isOfIntegers));
  }

  /** A label rather than scores, as models of scikit-learn give it before the probabilities. */
  private static boolean isOfIntegers(Output output) {
    NDArray array = output.array();
    return array != null && !array.getDataType().isFloating();
  }

  private String described() {
    return outputs.isEmpty()
        ? "no outputs"
        : "the output%s %s"
            .formatted(
                outputs.size() == 1 ? "" : "s",
                outputs.stream().map(Output::toString).collect(Collectors.joining(", ")));
  }
}
