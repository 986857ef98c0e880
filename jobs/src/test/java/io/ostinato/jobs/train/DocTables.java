package io.ostinato.jobs.train;

import io.ostinato.describe.Description;
import io.ostinato.describe.KeyInfo;
import io.ostinato.describe.Kinds;
import io.ostinato.describe.Kinds.OneKind;
import io.ostinato.describe.ValueType;
import io.ostinato.jobs.config.KeyTables;
import io.ostinato.jobs.data.Conversion;
import io.ostinato.jobs.scoring.EvaluationKeys;
import io.ostinato.metric.Metric;
import io.ostinato.spark.image.ImageTransforms;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The tables of the documentation that are made from descriptions. In a page each stands between
 * {@code <!-- table: … -->} and {@code <!-- end of table -->}.
 */
final class DocTables {
  private static final String BEGIN = "<!-- table: %s -->\n";

  /** Tables that other tests write, and benchmarks print. */
  private static final Set<String> OTHERS = Set.of("settings", "chaos", "peers", "costs");

  private static final String END = "<!-- end of table -->";
  private static final Pattern TABLE =
      Pattern.compile("<!-- table: ([^>]*) -->\\n(.*?)<!-- end of table -->", Pattern.DOTALL);

  private DocTables() {}

  /** The page with its tables as they are to be. */
  static String written(String page) {
    return TABLE
        .matcher(page)
        .replaceAll(
            table ->
                Matcher.quoteReplacement(
                    OTHERS.contains(table.group(1))
                        ? table.group()
                        : marked(table.group(1), table(table.group(1)))));
  }

  /** A page for a callback that has none yet. */
  static String pageOf(OneKind callback) {
    String name = "callback " + callback.name();
    return "# `%s`\n\n%s\n\n%s\n"
        .formatted(callback.name(), callback.kind().value(), marked(name, table(name)));
  }

  /** Whether a page has the table of a callback. */
  static boolean hasTable(String page, OneKind callback) {
    return page.contains(BEGIN.formatted("callback " + callback.name()));
  }

  static List<OneKind> callbacks() {
    KeyInfo key =
        Description.of(RunConfig.class).keys().stream()
            .filter(one -> one.name().equals("callbacks"))
            .findFirst()
            .orElseThrow();
    ValueType.ListOf list = (ValueType.ListOf) key.type();
    return ((ValueType.Choice) list.element()).kinds().named();
  }

  /** The page of a callback, beside the page that lists them. */
  static String fileOf(OneKind callback) {
    return callback.name().replace('_', '-') + ".md";
  }

  private static String marked(String name, String table) {
    return BEGIN.formatted(name) + "\n" + table + "\n" + END;
  }

  private static String table(String name) {
    if (name.startsWith("callback ")) {
      String kind = name.substring("callback ".length());
      return KeyTables.ofKinds(
          callbacks().stream().filter(one -> one.name().equals(kind)).toList());
    }
    return switch (name) {
      case "callbacks" -> list(callbacks(), DocTables::linked);
      case "metrics" -> list(Kinds.of(Metric.class).named(), one -> "`" + one.name() + "`");
      case "keys of metrics" -> KeyTables.ofKinds(Kinds.of(Metric.class).named());
      case "keys of conversions" -> KeyTables.ofKinds(Kinds.of(Conversion.class).named());
      case "image transforms" ->
          list(ImageTransforms.kinds().named(), one -> "`" + one.name() + "`");
      case "keys of image transforms" -> KeyTables.ofKinds(ImageTransforms.kinds().named());
      case "keys of evaluators" -> KeyTables.ofKeys(EvaluationKeys.class);
      case "run.yaml" -> KeyTables.of(RunConfig.class, "All of a training");
      default -> throw new IllegalArgumentException("there is no table '%s'".formatted(name));
    };
  }

  private static String linked(OneKind callback) {
    String type = callback.description().toString();
    return "[`%s`](%s), `%s`"
        .formatted(callback.name(), fileOf(callback), type.substring(type.lastIndexOf('.') + 1));
  }

  private static String list(List<OneKind> kinds, Function<OneKind, String> name) {
    StringBuilder table = new StringBuilder("| kind | |\n|---|---|\n");
    for (OneKind kind : kinds) {
      table
          .append("| ")
          .append(name.apply(kind))
          .append(" | ")
          .append(kind.kind().value().replace("|", "\\|"))
          .append(" |\n");
    }
    return table.toString();
  }
}
