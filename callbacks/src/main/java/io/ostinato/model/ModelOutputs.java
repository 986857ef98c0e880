package io.ostinato.model;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Function;
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
  /** The type of what is a tensor in the model, too. */
  static final String TENSOR = "Tensor";

  private static final int MOST_NAMES = 10;
  private static final String NAME = "name:";
  private static final String POSITION = "position:";

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
   * @param type in the words of its engine, as in {@code Tensor}, {@code int} or {@code NoneType}
   */
  record Output(String position, String name, @Nullable NDArray array, String type) {
    Output with(NDArray other) {
      return new Output(position, name, other, type);
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
      outputs.add(new Output(position, name, array, TENSOR));
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
   *
   * @throws IllegalArgumentException if two arrays have the same name
   */
  public Map<String, NDArray> byName() {
    Map<String, NDArray> arrays = new LinkedHashMap<>();
    for (Output output : outputs) {
      NDArray array = output.array();
      if (array != null && arrays.put(output.name(), array) != null) {
        throw new IllegalArgumentException(
            "two outputs are named '%s', at the positions %s; take them by position, or let the"
                    .formatted(output.name(), positions(named(output.name())))
                + " model give them different names");
      }
    }
    return arrays;
  }

  /**
   * The output that is meant where nobody says which: the only one, or the first of a tuple or
   * list.
   *
   * @throws IllegalArgumentException if it can't be told, as among the several of a dict, or where
   *     labels or a loss come before scores of rows; or if there is no array; lists the outputs
   */
  public NDArray first() {
    List<Output> arrays = tensors();
    boolean isOnly = arrays.size() == 1;
    NDArray first = arrays.isEmpty() ? null : arrays.get(0).array();
    if (first == null || (!isOnly && isDoubtful(arrays))) {
      throw new IllegalArgumentException(
          "the model has %s, and which one is meant can't be told; name one%s"
              .formatted(described(), example(arrays).map(ModelOutputs::asIn).orElse("")));
    }
    if (!isOnly) {
      notes.accept(
          "the model has %s; nothing says which is meant, so the first is used, '%s'"
              .formatted(described(), arrays.get(0).name()));
    }
    return first;
  }

  private static String asIn(String name) {
    return ", as in '--model-output %s' or 'output: %s'".formatted(name, name);
  }

  /**
   * An output by name or position, whichever it is. Where one output has this name and another one
   * this position, as with keys that are numbers, or several have this name, nothing is taken.
   * {@code name:0} and {@code position:0} say which is meant.
   *
   * @throws IllegalArgumentException if there is none, or more than one can be meant, or it is no
   *     array; lists the outputs
   */
  public NDArray get(String nameOrPosition) {
    List<Output> byName = namedOrWithin(nameOrPosition);
    List<Output> byPosition = atOrWithin(nameOrPosition);
    if (byName.isEmpty() && byPosition.isEmpty()) {
      return one(said(nameOrPosition), "'%s'".formatted(nameOrPosition), nameOrPosition);
    }
    if (!byName.isEmpty() && !byPosition.isEmpty() && !byName.equals(byPosition)) {
      throw new IllegalArgumentException(
          "'%s' is the name of the output at the position %s, and the position of the output '%s';"
                  .formatted(nameOrPosition, positions(byName), names(byPosition))
              + " say which by %s%s or %s%s"
                  .formatted(NAME, nameOrPosition, POSITION, nameOrPosition));
    }
    return one(
        byName.isEmpty() ? byPosition : byName, "'%s'".formatted(nameOrPosition), nameOrPosition);
  }

  /**
   * An output by its position, counted from 0, whatever the names are; that which is the only one
   * within another has the other's position as well.
   *
   * @throws IllegalArgumentException if there is none, or it is no array; lists the outputs
   */
  public NDArray get(int position) {
    return atPosition(Integer.toString(position));
  }

  /**
   * An output by its name, whatever the positions are.
   *
   * @throws IllegalArgumentException if there is none of that name, or several, or it is no array;
   *     lists the outputs
   */
  public NDArray withName(String name) {
    return one(namedOrWithin(name), "of the name '" + name + "'", name);
  }

  /** An output by its position, as in {@code 1} or {@code 1.0}; see {@link #get(int)}. */
  NDArray atPosition(String position) {
    return one(atOrWithin(position), "at the position " + position, position);
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

  private List<Output> named(String name) {
    return outputs.stream().filter(output -> output.name().equals(name)).toList();
  }

  private List<Output> namedOrWithin(String name) {
    List<Output> named = named(name);
    return named.isEmpty() ? within(name, Output::name) : named;
  }

  private List<Output> atOrWithin(String position) {
    List<Output> there = outputs.stream().filter(o -> o.position().equals(position)).toList();
    return there.isEmpty() ? within(position, Output::position) : there;
  }

  /** What is within an output, which is meant by it if it is one thing. */
  private List<Output> within(String text, Function<Output, String> path) {
    return outputs.stream().filter(output -> path.apply(output).startsWith(text + ".")).toList();
  }

  /** What {@code name:0} and {@code position:0} mean. */
  private List<Output> said(String text) {
    if (text.startsWith(NAME)) {
      return namedOrWithin(text.substring(NAME.length()));
    }
    return text.startsWith(POSITION) ? atOrWithin(text.substring(POSITION.length())) : List.of();
  }

  private NDArray one(List<Output> found, String which, String text) {
    boolean isNamed = found.stream().allMatch(output -> output.name().equals(text));
    if (found.size() > 1 && isNamed) {
      throw new IllegalArgumentException(
          "%s outputs are named '%s', at the positions %s; say which by %s%s"
              .formatted(found.size(), text, positions(found), POSITION, found.get(0).position()));
    }
    if (found.size() != 1) {
      throw new IllegalArgumentException(
          "the model has no output %s; it has %s".formatted(which, described()));
    }
    NDArray array = found.get(0).array();
    if (array == null) {
      throw new IllegalArgumentException(
          "the output '%s' is of the type %s, and only tensors of numbers can be evaluated; the"
                  .formatted(text, found.get(0).type())
              + " model has "
              + described());
    }
    return array;
  }

  private static String names(List<Output> outputs) {
    return outputs.stream().map(Output::name).collect(Collectors.joining("' and '"));
  }

  private static String positions(List<Output> outputs) {
    return outputs.stream().map(Output::position).collect(Collectors.joining(" and "));
  }

  /** Whether the first is perhaps not what is meant. */
  private boolean isDoubtful(List<Output> arrays) {
    Output first = arrays.get(0);
    return order == Order.BY_NAME
        || !first.position().equals("0")
        || (!isOfScores(first) && arrays.stream().anyMatch(ModelOutputs::isOfScores));
  }

  /** What may be meant: a number among tensors is not. */
  private List<Output> tensors() {
    List<Output> tensors = outputs.stream().filter(each -> each.type().equals(TENSOR)).toList();
    return tensors.isEmpty()
        ? outputs.stream().filter(output -> output.array() != null).toList()
        : tensors;
  }

  /** One that may be meant. */
  private static Optional<String> example(List<Output> arrays) {
    return arrays.stream()
        .filter(ModelOutputs::isOfScores)
        .findFirst()
        .or(() -> arrays.stream().findFirst())
        .map(Output::name);
  }

  /**
   * Neither a label, as models of scikit-learn give it before the probabilities, nor a loss, as
   * those of transformers give it before the logits.
   */
  private static boolean isOfScores(Output output) {
    NDArray array = output.array();
    return array != null && array.getDataType().isFloating() && array.getShape().dimension() > 0;
  }

  private String described() {
    if (outputs.isEmpty()) {
      return "no outputs";
    }
    int more = outputs.size() - MOST_NAMES;
    return "the output%s %s%s"
        .formatted(
            outputs.size() == 1 ? "" : "s",
            outputs.stream()
                .limit(MOST_NAMES)
                .map(Output::toString)
                .collect(Collectors.joining(", ")),
            more > 0 ? " and %s more".formatted(more) : "");
  }
}
