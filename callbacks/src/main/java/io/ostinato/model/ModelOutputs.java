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
 * The outputs of one forward, in the model's own order. Each output has a position, such as {@code
 * 1}, or {@code 1.0} for the first one within the second; outputs of a dict, a named tuple or an
 * ONNX model also have a name, such as {@code logits} or {@code 1.hidden}. The arrays belong to the
 * scope of the inputs. Not thread-safe.
 */
public final class ModelOutputs {
  /** The type of outputs that are tensors in the model itself. */
  static final String TENSOR = "Tensor";

  private static final int MOST_NAMES = 10;
  private static final String NAME = "name:";
  private static final String POSITION = "position:";

  private final Order order;
  private final List<Output> outputs;
  private final Consumer<String> notes;

  /** Whether the order of the outputs is significant. */
  enum Order {
    /** A tuple or a list: the order is significant. */
    GIVEN,
    /** A dict: the order has no meaning. */
    BY_NAME
  }

  /**
   * An output.
   *
   * @param position the position, such as {@code 1} or {@code 1.0}
   * @param name the name, such as {@code logits} or {@code 1.hidden}; the position if it has no
   *     name
   * @param array the array; null if the output is not an array
   * @param type the name of its type in the engine, such as {@code Tensor}, {@code int} or {@code
   *     NoneType}
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

  /** Creates outputs from arrays, with their positions and their names if they have any. */
  public static ModelOutputs of(NDList arrays) {
    return of(arrays, note -> {});
  }

  /** Like {@link #of(NDList)}; {@code notes} receives notes for users. */
  static ModelOutputs of(NDList arrays, Consumer<String> notes) {
    List<Output> outputs = new ArrayList<>();
    for (NDArray array : arrays) {
      String position = Integer.toString(outputs.size());
      String name = Objects.requireNonNullElse(array.getName(), position);
      outputs.add(new Output(position, name, array, TENSOR));
    }
    return new ModelOutputs(Order.GIVEN, outputs, notes);
  }

  /**
   * The names of the arrays, in the model's own order; the position for an output without a name.
   */
  public List<String> names() {
    return outputs.stream().filter(output -> output.array() != null).map(Output::name).toList();
  }

  /**
   * The arrays by name, or by position for an output without a name, in the model's own order;
   * other outputs are omitted.
   *
   * @throws IllegalArgumentException if two arrays have the same name
   */
  public Map<String, NDArray> byName() {
    Map<String, NDArray> arrays = new LinkedHashMap<>();
    for (Output output : outputs) {
      NDArray array = output.array();
      if (array != null && arrays.put(output.name(), array) != null) {
        throw new IllegalArgumentException(
            "two outputs are named '%s', at positions %s; select them by position, or give them"
                    .formatted(output.name(), positions(named(output.name())))
                + " different names in the model");
      }
    }
    return arrays;
  }

  /**
   * The output to use if none is selected: the only one, or the first of a tuple or list.
   *
   * @throws IllegalArgumentException if the choice is ambiguous, as with several outputs in a dict,
   *     or with labels or a loss before the scores of rows; or if there is no array. The message
   *     lists the outputs
   */
  public NDArray first() {
    List<Output> arrays = tensors();
    boolean isOnly = arrays.size() == 1;
    NDArray first = arrays.isEmpty() ? null : arrays.get(0).array();
    if (first == null || (!isOnly && isDoubtful(arrays))) {
      throw new IllegalArgumentException(
          "the model has %s, so the output to use is ambiguous; select one%s"
              .formatted(described(), example(arrays).map(ModelOutputs::asIn).orElse("")));
    }
    if (!isOnly) {
      notes.accept(
          "the model has %s; none is selected, so the first one, '%s', is used"
              .formatted(described(), arrays.get(0).name()));
    }
    return first;
  }

  private static String asIn(String name) {
    return ", as in '--model-output %s' or 'output: %s'".formatted(name, name);
  }

  /**
   * Selects an output by name or position. If one output has this name and another one this
   * position, as with numeric keys, or if several have this name, the selection fails. {@code
   * name:0} and {@code position:0} select explicitly by name or position.
   *
   * @throws IllegalArgumentException if there is no such output, if it is ambiguous, or if it is
   *     not an array; the message lists the outputs
   */
  public NDArray get(String nameOrPosition) {
    List<Output> byName = namedOrWithin(nameOrPosition);
    List<Output> byPosition = atOrWithin(nameOrPosition);
    if (byName.isEmpty() && byPosition.isEmpty()) {
      return one(said(nameOrPosition), "'%s'".formatted(nameOrPosition), nameOrPosition);
    }
    if (!byName.isEmpty() && !byPosition.isEmpty() && !byName.equals(byPosition)) {
      throw new IllegalArgumentException(
          "'%s' is the name of the output at position %s, and the position of the output '%s';"
                  .formatted(nameOrPosition, positions(byName), names(byPosition))
              + " select one with %s%s or %s%s"
                  .formatted(NAME, nameOrPosition, POSITION, nameOrPosition));
    }
    return one(
        byName.isEmpty() ? byPosition : byName, "'%s'".formatted(nameOrPosition), nameOrPosition);
  }

  /**
   * Selects an output by position, counted from 0, whatever the names are. An output that is the
   * only one within another can also be selected by the other's position.
   *
   * @throws IllegalArgumentException if there is no such output, or it is not an array; the message
   *     lists the outputs
   */
  public NDArray get(int position) {
    return atPosition(Integer.toString(position));
  }

  /**
   * Selects an output by name, whatever the positions are.
   *
   * @throws IllegalArgumentException if there is none or more than one with that name, or it is not
   *     an array; the message lists the outputs
   */
  public NDArray withName(String name) {
    return one(namedOrWithin(name), "named '" + name + "'", name);
  }

  /** Selects an output by its position, such as {@code 1} or {@code 1.0}; see {@link #get(int)}. */
  NDArray atPosition(String position) {
    return one(atOrWithin(position), "at position " + position, position);
  }

  /**
   * All arrays, in the model's own order, with their names. Outputs that are not arrays can only
   * come last, so that positions stay the same.
   *
   * @throws IllegalArgumentException if an output that is not an array precedes one that is; the
   *     message lists the outputs
   */
  public NDList toList() {
    NDList list = new NDList(outputs.size());
    for (int i = 0; i < outputs.size(); i++) {
      NDArray array = outputs.get(i).array();
      if (array != null) {
        if (list.size() < i) {
          throw new IllegalArgumentException(
              "the model has %s; not all are tensors, so select one by name or position"
                  .formatted(described()));
        }
        list.add(array);
      }
    }
    return list;
  }

  /** The same outputs with each array replaced. */
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

  /** The outputs within an output; a single one can be selected by the outer name or position. */
  private List<Output> within(String text, Function<Output, String> path) {
    return outputs.stream().filter(output -> path.apply(output).startsWith(text + ".")).toList();
  }

  /** The outputs selected explicitly by {@code name:0} or {@code position:0}. */
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
          "%s outputs are named '%s', at positions %s; select one with %s%s"
              .formatted(found.size(), text, positions(found), POSITION, found.get(0).position()));
    }
    if (found.size() != 1) {
      throw new IllegalArgumentException(
          "the model has no output %s; it has %s".formatted(which, described()));
    }
    NDArray array = found.get(0).array();
    if (array == null) {
      throw new IllegalArgumentException(
          "the output '%s' is of type %s, but only numeric tensors can be evaluated; the"
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

  /** Whether the first output may not be the intended one. */
  private boolean isDoubtful(List<Output> arrays) {
    Output first = arrays.get(0);
    return order == Order.BY_NAME
        || !first.position().equals("0")
        || (!isOfScores(first) && arrays.stream().anyMatch(ModelOutputs::isOfScores));
  }

  /** The candidates for the default output: the tensors, or all arrays if there are no tensors. */
  private List<Output> tensors() {
    List<Output> tensors = outputs.stream().filter(each -> each.type().equals(TENSOR)).toList();
    return tensors.isEmpty()
        ? outputs.stream().filter(output -> output.array() != null).toList()
        : tensors;
  }

  /** A plausible output, to suggest in a message. */
  private static Optional<String> example(List<Output> arrays) {
    return arrays.stream()
        .filter(ModelOutputs::isOfScores)
        .findFirst()
        .or(() -> arrays.stream().findFirst())
        .map(Output::name);
  }

  /**
   * Whether an output may hold scores: it is neither a label, which models of scikit-learn return
   * before the probabilities, nor a loss, which those of transformers return before the logits.
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
