package io.ostinato.jobs.scoring;

import io.ostinato.describe.KeyInfo;
import io.ostinato.describe.Kinds;
import io.ostinato.jobs.config.ConfigNode;
import io.ostinato.jobs.config.ConfigNode.Entry;
import io.ostinato.jobs.config.ConfigNode.Items;
import io.ostinato.jobs.config.ConfigNode.Section;
import io.ostinato.jobs.config.ConfigNode.Value;
import io.ostinato.jobs.config.Configuration;
import io.ostinato.jobs.config.Mistakes;
import io.ostinato.jobs.config.Place;
import io.ostinato.jobs.data.ColumnText;
import io.ostinato.jobs.data.Conversion;
import io.ostinato.jobs.metric.MetricText;
import io.ostinato.jobs.model.Architectures;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.UnaryOperator;

/**
 * Expands what the keys of an evaluation can have in place of a section: the texts of options, such
 * as {@code pixels:float32:1,8,8} and {@code top_k:5}, and a tokenizer and labels that all columns
 * share.
 */
final class ShortForms {
  private static final Kinds CONVERSIONS = Kinds.of(Conversion.class);
  private static final String INPUTS = "inputs";
  private static final String CONVERSION = "as";
  private static final String LABELS = "labels";
  private static final List<String> SHARED = List.of("tokenizer", LABELS, "transform");

  private final Mistakes mistakes;

  ShortForms(Mistakes mistakes) {
    this.mistakes = mistakes;
  }

  /** A form that a text stands for. */
  @FunctionalInterface
  private interface Form {
    Configuration of(String key, String text);
  }

  /** Expands the values of all keys; invalid texts are reported. */
  ConfigNode expanded(ConfigNode node) {
    if (!(node instanceof Section given)) {
      return node;
    }
    Form metric = (key, text) -> MetricText.configuration(key, text, mistakes);
    Form architecture = (key, text) -> Architectures.configuration(key, text, mistakes);
    Form column =
        (key, text) ->
            Configuration.line(
                key + " " + text, new ColumnText(key, Map.of()).yaml(text), mistakes);
    UnaryOperator<ConfigNode> shared = one -> withShared(one, given);
    Section all = given;
    all = with(all, "metrics", metric, UnaryOperator.identity());
    all = with(all, "architecture", architecture, UnaryOperator.identity());
    all = with(all, INPUTS, column, shared);
    all = with(all, "columns", column, shared);
    return with(all, "label", column, shared);
  }

  private Section with(Section all, String key, Form form, UnaryOperator<ConfigNode> then) {
    Entry entry = all.find(key).orElse(null);
    if (entry == null) {
      return all;
    }
    ConfigNode value = entry.value();
    ConfigNode expanded =
        value instanceof Items list
            ? new Items(
                list.place(),
                list.items().stream().flatMap(item -> one(item, key, form).stream()).toList())
            : one(value, key, form).orElseGet(() -> nothing(value.place(), key));
    return all.with(new Entry(entry.place(), key, each(expanded, then)));
  }

  /** The section that a text stands for; empty if the text is invalid, which is then reported. */
  private Optional<ConfigNode> one(ConfigNode node, String key, Form form) {
    if (!(node instanceof Value value) || value.form() != Value.Form.TEXT) {
      return Optional.of(node);
    }
    try {
      return Optional.of(form.of(key, value.text()).root());
    } catch (IllegalArgumentException e) {
      mistakes.add(value.place(), String.valueOf(e.getMessage()));
      return Optional.empty();
    }
  }

  /** In place of an invalid text, so that nothing else is reported about it. */
  private static ConfigNode nothing(Place place, String key) {
    return key.equals(INPUTS)
        ? new Items(place, List.of())
        : new Value(place, "", Value.Form.NOTHING);
  }

  private static ConfigNode each(ConfigNode node, UnaryOperator<ConfigNode> then) {
    return node instanceof Items list
        ? new Items(list.place(), list.items().stream().map(then).toList())
        : then.apply(node);
  }

  /** Adds the shared keys that the conversion of a column knows and doesn't set. */
  private static ConfigNode withShared(ConfigNode column, Section all) {
    if (!(column instanceof Section section) || section.find(CONVERSION).isEmpty()) {
      return column;
    }
    Section conversion = conversion(section.find(CONVERSION).get().value());
    List<String> known = known(conversion);
    Section full = conversion;
    for (String key : SHARED) {
      boolean isOfIndices = key.equals(LABELS) && conversion.find("classes").isPresent();
      if (known.contains(key) && conversion.find(key).isEmpty() && !isOfIndices) {
        Section before = full;
        full = all.find(key).map(before::with).orElse(before);
      }
    }
    return section.with(new Entry(full.place(), CONVERSION, full));
  }

  /** A word alone is a kind. */
  private static Section conversion(ConfigNode node) {
    return node instanceof Section section
        ? section
        : new Section(node.place(), List.of(new Entry(node.place(), Kinds.KIND, node)));
  }

  private static List<String> known(Section conversion) {
    return conversion
        .find(Kinds.KIND)
        .map(Entry::value)
        .filter(Value.class::isInstance)
        .flatMap(kind -> CONVERSIONS.find(((Value) kind).text()))
        .map(kind -> kind.description().keys().stream().map(KeyInfo::name).toList())
        .orElse(List.of());
  }
}
