package io.ostinato.text;

import java.util.regex.Pattern;

/** A pattern with wildcards that is matched against whole names. Immutable. */
public final class Glob {
  private final String text;
  private final String regex;

  private Glob(String text, String regex) {
    this.text = text;
    this.regex = regex;
  }

  /** A pattern in which {@code *} matches any number of characters. */
  public static Glob ofStars(String text) {
    return new Glob(text, Pattern.quote(text).replace("*", "\\E.*\\Q"));
  }

  /** A pattern in which {@code *} matches any number of characters, and {@code ?} exactly one. */
  public static Glob of(String text) {
    return new Glob(text, ofStars(text).regex.replace("?", "\\E.\\Q"));
  }

  public boolean matches(String name) {
    return name.matches(regex);
  }

  /** Whether the pattern contains a {@code *}, so that it can match names of any length. */
  public boolean hasStar() {
    return text.indexOf('*') >= 0;
  }

  /** An equivalent regular expression for whole names. */
  public String regex() {
    return regex;
  }

  @Override
  public String toString() {
    return text;
  }
}
