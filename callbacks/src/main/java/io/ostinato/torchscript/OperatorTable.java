package io.ostinato.torchscript;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;

/**
 * What PyTorch's operators write to, and what their results can share memory with. The table is
 * generated from PyTorch's own schemas. Serialized code doesn't name overloads, so an operator here
 * combines all of its overloads.
 */
final class OperatorTable {
  private static final String FILE = "operators.txt";
  private static final Map<String, Operator> OPERATORS = read();

  private OperatorTable() {}

  /** What an operator writes to. */
  enum Written {
    TENSOR,
    /** Each tensor of a list. */
    ELEMENTS,
    /** A list or a dict itself. */
    CONTAINER
  }

  /** How a result shares memory with an argument. */
  enum Shared {
    /** The result is the argument, a view of it, or something in it. */
    SAME,
    /** The result is a list of views of the argument. */
    LIST,
    /** The result is another container with the same elements. */
    ELEMENTS
  }

  /**
   * The effects of an operator.
   *
   * @param writes what is written to, by position or name of the argument
   * @param shares how the result can share memory with arguments, by their position or name
   */
  record Operator(Map<String, Set<Written>> writes, Map<String, Set<Shared>> shares) {
    static final Operator COMPUTES = new Operator(Map.of(), Map.of());

    public Operator {
      writes = Map.copyOf(writes);
      shares = Map.copyOf(shares);
    }
  }

  /**
   * Finds an operator by its name in the code.
   *
   * @param qualified the qualified name, such as {@code torch.add_} or {@code ops.quantized.linear}
   */
  static Optional<Operator> find(String qualified) {
    String name =
        qualified.startsWith("torch.")
            ? "aten::" + qualified.substring("torch.".length())
            : qualified.replaceFirst("^ops\\.", "").replaceFirst("\\.", "::");
    return Optional.ofNullable(OPERATORS.get(name));
  }

  private static Map<String, Operator> read() {
    try (InputStream in =
        Objects.requireNonNull(OperatorTable.class.getResourceAsStream(FILE), FILE)) {
      Map<String, Operator> operators = new HashMap<>();
      new String(in.readAllBytes(), StandardCharsets.UTF_8)
          .lines()
          .filter(line -> !line.startsWith("#"))
          .forEach(line -> add(line, operators));
      return Map.copyOf(operators);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void add(String line, Map<String, Operator> operators) {
    String[] columns = line.split("\t", -1);
    if (columns.length == 1) {
      String[] names = line.split(" ");
      for (int i = 1; i < names.length; i++) {
        operators.put(names[0] + names[i], Operator.COMPUTES);
      }
      return;
    }
    operators.put(
        columns[0],
        new Operator(
            arguments(columns[1], Written.class, Written.TENSOR),
            arguments(columns[2], Shared.class, Shared.SAME)));
  }

  /** Parses arguments, each with the kind after its colon. */
  private static <E extends Enum<E>> Map<String, Set<E>> arguments(
      String column, Class<E> kinds, E otherwise) {
    Map<String, Set<E>> arguments = new HashMap<>();
    for (String each : column.isEmpty() ? new String[0] : column.split(" ")) {
      String[] argument = each.split(":");
      E kind =
          argument.length == 1
              ? otherwise
              : Enum.valueOf(kinds, argument[1].toUpperCase(Locale.ROOT));
      arguments.computeIfAbsent(argument[0], key -> EnumSet.noneOf(kinds)).add(kind);
    }
    return arguments;
  }
}
