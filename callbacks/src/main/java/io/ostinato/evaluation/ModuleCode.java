package io.ostinato.evaluation;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * The code of a TorchScript module, which its archive has as text.
 *
 * @param files the content of each file under {@code code/}
 */
public record ModuleCode(List<String> files) {
  private static final Pattern FILE = Pattern.compile("[^/]+/code/.*\\.py");
  private static final Pattern CALL =
      Pattern.compile(
          "\\b(?:torch|ops\\.aten)\\.(\\w*dropout_?|\\w*batch_norm|lstm|gru|rnn_\\w+|scaled_dot_product_attention)\\(");
  private static final String TRUE = "True";
  private static final String NONE = "None";

  public ModuleCode {
    files = List.copyOf(files);
  }

  /** The code of a module; no files where it isn't one. */
  public static ModuleCode of(byte[] module) {
    ZipContent archive = new ZipContent(module);
    return new ModuleCode(
        archive.entries().orElse(List.of()).stream()
            .filter(entry -> FILE.matcher(entry.name()).matches())
            .map(archive::contentOf)
            .flatMap(Optional::stream)
            .map(bytes -> new String(bytes, StandardCharsets.UTF_8))
            .toList());
  }

  /**
   * What computes as in training for good, and how to save the module so that it doesn't: dropout
   * that is constantly on, or batch normalisation with the statistics of the batch though it has
   * running ones. {@code torch.jit.trace} writes a module so that is in training mode. A module
   * that was scripted asks for its mode, and is fine.
   */
  public Optional<String> trainingMode() {
    TreeSet<String> operators =
        files.stream()
            .flatMap(file -> CALL.matcher(file).results().map(call -> inTraining(file, call)))
            .flatMap(Optional::stream)
            .collect(Collectors.toCollection(TreeSet::new));
    return operators.isEmpty()
        ? Optional.empty()
        : Optional.of(
            "computes as in training whatever its mode is (%s); call model.eval() before"
                    .formatted(String.join(", ", operators))
                + " torch.jit.trace, and save it again");
  }

  private static Optional<String> inTraining(String file, MatchResult call) {
    String operator = call.group(1);
    List<String> given = arguments(file, call.end());
    boolean training;
    if (operator.contains("dropout")) { // (input, p, train)
      training = isTrue(given, 2) && !isZero(given.get(1));
    } else if (operator.endsWith("batch_norm")) { // (input, weight, bias, mean, var, training, …)
      training = isTrue(given, 5) && !given.get(3).equals(NONE);
    } else if (operator.startsWith("scaled")) { // (query, key, value, mask, dropout_p, …)
      training = given.size() > 4 && isNumber(given.get(4)) && !isZero(given.get(4));
    } else { // (input, hx, params, has_biases, num_layers, dropout, train, …)
      training = isTrue(given, 6) && !isZero(given.get(5));
    }
    return training ? Optional.of(operator) : Optional.empty();
  }

  private static boolean isTrue(List<String> arguments, int index) {
    return arguments.size() > index && arguments.get(index).equals(TRUE);
  }

  private static boolean isNumber(String argument) {
    return argument.matches("[0-9.e-]+");
  }

  private static boolean isZero(String argument) {
    return argument.matches("0\\.?0*");
  }

  /** The arguments of a call whose parenthesis is opened before this place. */
  private static List<String> arguments(String code, int start) {
    List<String> arguments = new ArrayList<>();
    int depth = 0;
    int from = start;
    for (int at = start; at < code.length(); at++) {
      char next = code.charAt(at);
      if ("([{".indexOf(next) >= 0) {
        depth++;
      } else if (depth > 0 && ")]}".indexOf(next) >= 0) {
        depth--;
      } else if (depth == 0 && (next == ',' || next == ')')) {
        arguments.add(code.substring(from, at).strip());
        from = at + 1;
        if (next == ')') {
          break;
        }
      }
    }
    return arguments;
  }
}
