package io.ostinato;

import java.util.Locale;

/** Another default locale of this process, until it is closed. */
public final class DefaultLocale implements AutoCloseable {
  private final Locale before = Locale.getDefault();

  private DefaultLocale() {}

  /** As in {@code ar-EG}, which has digits of its own. */
  public static DefaultLocale of(String languageTag) {
    DefaultLocale locale = new DefaultLocale();
    Locale.setDefault(Locale.forLanguageTag(languageTag));
    return locale;
  }

  @Override
  public void close() {
    Locale.setDefault(before);
  }
}
