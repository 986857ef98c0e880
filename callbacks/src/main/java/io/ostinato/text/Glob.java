package io.ostinato.text;

import java.util.regex.Pattern;

/** A pattern that whole names match, in which some characters stand for others. Immutable. */
public final class Glob {
  private final String text;
  private final String regex;

  private Glob(String text, String regex) {
    this.text = text;
    this.regex = regex;
  }

  /** {@code *} stands for any number of any characters. */
  public static Glob ofStars(String text) {
    return new Glob(text, Pattern.quote(text).replace("*", "\\E.*\\Q"));
  }

  /** {@code *} stands for any number of any characters, and {@code ?} for one. */
  public static Glob of(String text) {
    return new Glob(text, ofStars(text).regex.replace("?", "\\E.\\Q"));
  }

  public boolean matches(String name) {
    return name.matches(regex);
  }

  /** Whether there is a {@code *}, so that names of any length may match. */
  public boolean hasStar() {
    return text.indexOf('*') >= 0;
  }

  /** A regular expression that the same whole names match. */
  public String regex() {
    return regex;
  }

  @Override
  public String toString() {
    return text;
  }
}
