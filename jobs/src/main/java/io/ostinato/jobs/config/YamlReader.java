package io.ostinato.jobs.config;

import io.ostinato.jobs.config.ConfigNode.Entry;
import io.ostinato.jobs.config.ConfigNode.Items;
import io.ostinato.jobs.config.ConfigNode.Section;
import io.ostinato.jobs.config.ConfigNode.Value;
import io.ostinato.text.Excerpt;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.composer.Composer;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.NodeTuple;
import org.snakeyaml.engine.v2.nodes.ScalarNode;
import org.snakeyaml.engine.v2.nodes.SequenceNode;
import org.snakeyaml.engine.v2.parser.Parser;
import org.snakeyaml.engine.v2.parser.ParserImpl;
import org.snakeyaml.engine.v2.scanner.StreamReader;
import org.snakeyaml.engine.v2.schema.CoreSchema;

/** Reads YAML 1.2 and keeps the line of each node. */
final class YamlReader {
  private final String source;
  private final boolean lines;
  private final Mistakes mistakes;
  private final YamlTags tags;
  private final YamlLimits limits = new YamlLimits();

  private YamlReader(String source, boolean lines, Mistakes mistakes) {
    this.source = source;
    this.lines = lines;
    this.mistakes = mistakes;
    this.tags = new YamlTags(mistakes);
  }

  /**
   * Reads a file. Duplicate keys are reported as mistakes.
   *
   * @throws ConfigurationException if it isn't valid YAML, or exceeds one of the {@link YamlLimits}
   */
  static ConfigNode file(String source, String yaml, Mistakes mistakes) {
    return new YamlReader(source, true, mistakes).read(yaml);
  }

  /** Reads one line of YAML that is not from a file. */
  static ConfigNode line(String source, String yaml, Mistakes mistakes) {
    return new YamlReader(source, false, mistakes).read(yaml);
  }

  private ConfigNode read(String yaml) {
    LoadSettings settings =
        LoadSettings.builder()
            .setLabel(source)
            .setSchema(new CoreSchema())
            .setAllowDuplicateKeys(true)
            .setMaxAliasesForCollections(YamlLimits.MOST_VALUES)
            .build();
    try {
      YamlLimits.checkCharacters(yaml);
      Parser parser = new ParserImpl(settings, new StreamReader(settings, yaml));
      return new Composer(settings, YamlLimits.limited(parser))
          .getSingleNode()
          .map(this::node)
          .orElseGet(() -> new Value(new Place(source, lines ? 1 : 0), "", Value.Form.NOTHING));
    } catch (MarkedYamlEngineException e) {
      int line = e.getProblemMark().map(mark -> mark.getLine() + 1).orElse(1);
      mistakes.add(
          new Place(source, lines ? line : 0), "invalid YAML: " + Excerpt.of(e.getProblem()));
    } catch (YamlEngineException e) {
      String problem = String.valueOf(e.getMessage());
      mistakes.add(new Place(source, lines ? 1 : 0), "invalid YAML: " + Excerpt.of(problem));
    } catch (YamlLimits.ExceededException e) {
      mistakes.add(new Place(source, lines ? e.line() : 0), String.valueOf(e.getMessage()));
    }
    if (lines) {
      mistakes.throwIfAny(); // no other mistakes can be found in a file that can't be parsed
    }
    return new Value(new Place(source, lines ? 1 : 0), "", Value.Form.NOTHING);
  }

  private ConfigNode node(Node node) {
    Place place = place(node);
    limits.check(node);
    if (node.isRecursive()) {
      mistakes.add(place, "an alias can't refer to a node that contains it");
      return new Value(place, "", Value.Form.NOTHING);
    }
    if (node instanceof ScalarNode scalar) {
      return new Value(place, scalar.getValue(), tags.form(scalar, place));
    }
    tags.check(node, place);
    if (node instanceof SequenceNode sequence) {
      return new Items(place, sequence.getValue().stream().map(this::node).toList());
    }
    return section((MappingNode) node);
  }

  private Section section(MappingNode mapping) {
    Map<String, Entry> entries = new LinkedHashMap<>();
    for (NodeTuple tuple : mapping.getValue()) {
      Place place = place(tuple.getKeyNode());
      if (!(tuple.getKeyNode() instanceof ScalarNode key)) {
        mistakes.add(place, "a key must be a word");
        continue;
      }
      limits.checkKey(key);
      tags.form(key, place);
      ConfigNode value = node(tuple.getValueNode());
      Entry before = entries.putIfAbsent(key.getValue(), new Entry(place, key.getValue(), value));
      if (before != null) {
        mistakes.add(
            place,
            "duplicate key '%s', first at %s"
                .formatted(Excerpt.of(key.getValue()), before.place()));
      }
    }
    return new Section(place(mapping), List.copyOf(entries.values()));
  }

  private Place place(Node node) {
    return new Place(
        source, lines ? node.getStartMark().map(mark -> mark.getLine() + 1).orElse(1) : 0);
  }
}
