package io.ostinato.jobs.config;

import io.ostinato.jobs.config.ConfigNode.Value.Form;
import io.ostinato.text.Excerpt;
import org.snakeyaml.engine.v2.common.ScalarStyle;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.ScalarNode;
import org.snakeyaml.engine.v2.nodes.SequenceNode;
import org.snakeyaml.engine.v2.nodes.Tag;
import org.snakeyaml.engine.v2.resolver.ScalarResolver;
import org.snakeyaml.engine.v2.schema.CoreSchema;

/** Checks YAML tags, written and implicit, and determines the types of values. */
final class YamlTags {
  private static final ScalarResolver LOOKS = new CoreSchema().getScalarResolver();

  private final Mistakes mistakes;

  YamlTags(Mistakes mistakes) {
    this.mistakes = mistakes;
  }

  /**
   * The type of a value. A wrong tag is reported, and the type is derived from the text instead.
   */
  Form form(ScalarNode scalar, Place place) {
    Tag tag = scalar.getTag();
    String text = scalar.getValue();
    boolean isPlain = scalar.getScalarStyle() == ScalarStyle.PLAIN;
    Tag untagged = LOOKS.resolve(text, isPlain);
    Tag looks = LOOKS.resolve(text, true);
    boolean fits =
        tag.equals(untagged)
            || tag.equals(looks)
            || tag.equals(Tag.STR)
            || tag.equals(Tag.FLOAT) && looks.equals(Tag.INT);
    if (fits) {
      return form(tag);
    }
    mistakes.add(
        place,
        form(tag) == Form.TEXT
            ? isNothing(tag)
            : "the tag '%s' doesn't match '%s'; remove it"
                .formatted(written(tag), Excerpt.of(text)));
    return form(untagged);
  }

  /** Reports a tag on a list or a section that is not the tag of one. */
  void check(Node collection, Place place) {
    Tag right = collection instanceof SequenceNode ? Tag.SEQ : Tag.MAP;
    if (!collection.getTag().equals(right)) {
      mistakes.add(place, isNothing(collection.getTag()));
    }
  }

  private static Form form(Tag tag) {
    if (tag.equals(Tag.INT)) {
      return Form.WHOLE;
    }
    if (tag.equals(Tag.FLOAT)) {
      return Form.NUMBER;
    }
    if (tag.equals(Tag.BOOL)) {
      return Form.TRUTH;
    }
    return tag.equals(Tag.NULL) ? Form.NOTHING : Form.TEXT;
  }

  private static String isNothing(Tag tag) {
    return "unknown tag '%s'; remove it".formatted(written(tag));
  }

  private static String written(Tag tag) {
    String name = tag.getValue();
    return Excerpt.of(
        name.startsWith(Tag.PREFIX) ? "!!" + name.substring(Tag.PREFIX.length()) : name);
  }
}
