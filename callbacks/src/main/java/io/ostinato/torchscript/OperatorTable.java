package io.ostinato.torchscript;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;

/**
 * What PyTorch's operators write to, and what their results may share memory with. The table is
 * made from PyTorch's own schemas; serialized code has no overloads, so an operator here is all of
 * them together.
 */
final class OperatorTable {
  private static final String FILE = "operators.txt";
  private static final Map<String, Operator> OPERATORS = read();

  private OperatorTable() {}

  /** What is written to. */
  enum Written {
    TENSOR,
    /** Each tensor of a list. */
    ELEMENTS,
    /** A list or a dict itself. */
    CONTAINER
  }

  /**
   * An operator.
   *
   * @param writes by position or name of an argument
   * @param shares positions and names of arguments that the result may share memory with
   */
  record Operator(Map<String, Set<Written>> writes, Set<String> shares) {
    static final Operator COMPUTES = new Operator(Map.of(), Set.of());

    public Operator {
      writes = Map.copyOf(writes);
      shares = Set.copyOf(shares);
    }
  }

  /**
   * An operator by its name in the code.
   *
   * @param qualified as in {@code torch.add_} or {@code ops.quantized.linear}
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
    Map<String, Set<Written>> writes = new HashMap<>();
    for (String each : words(columns[1])) {
      String[] argument = each.split(":");
      writes
          .computeIfAbsent(argument[0], key -> new LinkedHashSet<>())
          .add(Written.valueOf(argument[1].toUpperCase(Locale.ROOT)));
    }
    operators.put(columns[0], new Operator(writes, words(columns[2])));
  }

  private static Set<String> words(String column) {
    return column.isEmpty() ? Set.of() : new LinkedHashSet<>(Set.of(column.split(" ")));
  }
}
