package io.ostinato.text;

import java.util.ArrayList;
import java.util.List;
import java.util.function.IntPredicate;

/**
 * A pattern with wildcards that is matched against whole names. The time to match is at most
 * proportional to the length of the name times the length of the pattern. Immutable.
 */
public final class Glob {
  private static final IntPredicate ANY = point -> true;
  private static final IntPredicate IN_NAME = point -> point != '/';

  private final String text;
  private final Automaton automaton = new Automaton();

  private Glob(String text) {
    this.text = text;
  }

  /** A pattern in which {@code *} matches any number of characters. */
  public static Glob ofStars(String text) {
    Glob glob = new Glob(text);
    text.codePoints().forEach(point -> glob.add(point, false));
    return glob;
  }

  /** A pattern in which {@code *} matches any number of characters, and {@code ?} exactly one. */
  public static Glob of(String text) {
    Glob glob = new Glob(text);
    text.codePoints().forEach(point -> glob.add(point, true));
    return glob;
  }

  /**
   * A pattern of file names as {@link java.nio.file.FileSystem#getPathMatcher} defines it: {@code
   * *}, {@code ?}, {@code [a-z]}, {@code [!a-z]} and <code>{pt,pth}</code>; a backslash escapes.
   *
   * @param text a valid pattern
   */
  public static Glob ofFileNames(String text) {
    Glob glob = new Glob(text);
    glob.addFileNames(text.codePoints().toArray());
    return glob;
  }

  public boolean matches(String name) {
    return automaton.accepts(name);
  }

  /** Whether the pattern contains a {@code *}, so that it can match names of any length. */
  public boolean hasStar() {
    return text.indexOf('*') >= 0;
  }

  @Override
  public String toString() {
    return text;
  }

  private void add(int point, boolean isQuestionMarkWild) {
    if (point == '*') {
      star(ANY);
    } else if (point == '?' && isQuestionMarkWild) {
      automaton.take(ANY);
    } else {
      literal(point);
    }
  }

  private void literal(int wanted) {
    automaton.take(point -> point == wanted);
  }

  /** The fork either takes a character and comes back, or goes on. */
  private void star(IntPredicate points) {
    int fork = automaton.size();
    automaton.fork(fork + 1, fork + 3);
    automaton.take(points);
    automaton.fork(fork);
  }

  private void addFileNames(int[] pattern) {
    Alternatives group = null;
    for (int i = 0; i < pattern.length; i++) {
      int point = pattern[i];
      if (point == '\\' && i + 1 < pattern.length) {
        literal(pattern[++i]);
      } else if (point == '*') {
        star(IN_NAME);
      } else if (point == '?') {
        automaton.take(IN_NAME);
      } else if (point == '[') {
        i = addClass(pattern, i + 1);
      } else if (point == '{' && group == null) {
        group = new Alternatives();
      } else if (point == ',' && group != null) {
        group.next();
      } else if (point == '}' && group != null) {
        group.end();
        group = null;
      } else {
        literal(point);
      }
    }
  }

  /** Adds a class of characters and returns the index of its end. */
  private int addClass(int[] pattern, int start) {
    int i = start;
    boolean isNegated = i < pattern.length && pattern[i] == '!';
    i += isNegated ? 1 : 0;
    int first = i;
    List<int[]> ranges = new ArrayList<>();
    for (; i < pattern.length && pattern[i] != ']'; i++) {
      boolean isRange =
          pattern[i] == '-' && i > first && i + 1 < pattern.length && pattern[i + 1] != ']';
      if (isRange) {
        int[] last = ranges.get(ranges.size() - 1);
        last[1] = pattern[++i];
      } else {
        ranges.add(new int[] {pattern[i], pattern[i]});
      }
    }
    automaton.take(
        point ->
            point != '/'
                && isNegated
                    != ranges.stream().anyMatch(range -> range[0] <= point && point <= range[1]));
    return i;
  }

  /** The alternatives of a group, of which one is taken. */
  private final class Alternatives {
    private final int fork = automaton.fork();
    private final List<Integer> starts = new ArrayList<>(List.of(fork + 1));
    private final List<Integer> ends = new ArrayList<>();

    private void next() {
      ends.add(automaton.fork());
      starts.add(automaton.size());
    }

    private void end() {
      automaton.lead(fork, starts.stream().mapToInt(Integer::intValue).toArray());
      ends.forEach(end -> automaton.lead(end, automaton.size()));
    }
  }
}
