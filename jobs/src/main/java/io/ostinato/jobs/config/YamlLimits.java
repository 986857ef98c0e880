package io.ostinato.jobs.config;

import io.ostinato.text.Excerpt;
import java.util.Optional;
import org.snakeyaml.engine.v2.events.Event;
import org.snakeyaml.engine.v2.exceptions.Mark;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.ScalarNode;
import org.snakeyaml.engine.v2.nodes.Tag;
import org.snakeyaml.engine.v2.parser.Parser;

/**
 * The limits of a configuration, so that no file exhausts the stack, the heap or the patience of
 * the process that reads it. Depth is limited while the file is parsed, which is before anything
 * recurses; the number of values is limited with all aliases expanded.
 */
final class YamlLimits {
  /** Of lists and sections within each other. */
  static final int MOST_LEVELS = 100;

  /** Of scalars, lists and sections, counting each alias as a copy. */
  static final int MOST_VALUES = 100_000;

  /** Of a number or a key. */
  static final int MOST_CHARACTERS = 1_000;

  private int values;
  private int lastLine;

  /** Thrown if a limit is exceeded. */
  static final class ExceededException extends RuntimeException {
    private static final long serialVersionUID = 1;

    private final int line;

    private ExceededException(int line, String message) {
      super(message);
      this.line = line;
    }

    /** The line, counted from 1. */
    int line() {
      return line;
    }
  }

  /** Refuses halves of surrogate pairs, which UTF-8 can't hold and the parser doesn't expect. */
  static void checkCharacters(String yaml) {
    int line = 1;
    for (int i = 0; i < yaml.length(); i += Character.charCount(yaml.codePointAt(i))) {
      line += yaml.charAt(i) == '\n' ? 1 : 0;
      if (Character.getType(yaml.codePointAt(i)) == Character.SURROGATE) {
        throw new ExceededException(line, "invalid YAML: half of a surrogate pair; remove it");
      }
    }
  }

  /** Checks a value that is about to be converted. */
  void check(Node node) {
    values++;
    lastLine = Math.max(lastLine, lineOf(node.getStartMark())); // an alias has that of its anchor
    if (values > MOST_VALUES) {
      throw new ExceededException(
          lastLine,
          "the configuration has more than 100,000 values, counting those that aliases repeat;"
              + " shorten it, or use fewer aliases");
    }
    if (node instanceof ScalarNode scalar
        && (scalar.getTag().equals(Tag.INT) || scalar.getTag().equals(Tag.FLOAT))) {
      checkLength("number", scalar);
    }
  }

  /** Checks a key of a section. */
  void checkKey(ScalarNode key) {
    checkLength("key", key);
  }

  private static void checkLength(String what, ScalarNode scalar) {
    if (scalar.getValue().length() > MOST_CHARACTERS) {
      throw new ExceededException(
          lineOf(scalar.getStartMark()),
          "the %s %s is too long; at most 1,000 are allowed"
              .formatted(what, Excerpt.of(scalar.getValue())));
    }
  }

  private static int lineOf(Optional<Mark> mark) {
    return mark.map(Mark::getLine).orElse(0) + 1;
  }

  /** A parser that refuses lists and sections which are nested too deeply. */
  static Parser limited(Parser parser) {
    return new Parser() {
      private int levels;

      @Override
      public boolean checkEvent(Event.ID id) {
        return parser.checkEvent(id);
      }

      @Override
      public Event peekEvent() {
        return parser.peekEvent();
      }

      @Override
      public boolean hasNext() {
        return parser.hasNext();
      }

      @Override
      public Event next() {
        Event event = parser.next();
        switch (event.getEventId()) {
          case SequenceStart, MappingStart -> levels++;
          case SequenceEnd, MappingEnd -> levels--;
          default -> {}
        }
        if (levels > MOST_LEVELS) {
          throw new ExceededException(
              lineOf(event.getStartMark()),
              "sections and lists are nested more than 100 levels deep; nest them less deeply");
        }
        return event;
      }
    };
  }
}
