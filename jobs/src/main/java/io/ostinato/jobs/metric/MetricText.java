package io.ostinato.jobs.metric;

import io.ostinato.describe.Kinds;
import io.ostinato.describe.Kinds.OneKind;
import io.ostinato.jobs.config.Configuration;
import io.ostinato.jobs.config.ConfigurationException;
import io.ostinato.jobs.config.KindText;
import io.ostinato.jobs.config.Mistakes;
import io.ostinato.metric.Metric;
import java.util.Iterator;

/** Parses metrics given on the command line. */
public final class MetricText {
  private static final Kinds KINDS = Kinds.of(Metric.class);

  private MetricText() {}

  /**
   * Parses a metric in one of these forms: {@code accuracy}, a kind; {@code
   * f1:classes=10,average=macro}, a kind and its keys; {@code top_k:5}, the value of the kind's
   * first key; {@code com.example.MyMetric}, a user's class.
   *
   * @param option the name of the option for messages, such as {@code --metric}
   * @throws ConfigurationException if the text is invalid; lists all mistakes, one per line
   */
  public static Metric<?> parse(String option, String text) {
    return configuration(option, text, new Mistakes()).bind(Metric.class).value();
  }

  /** Reads the text of a metric as a configuration; see {@link #parse}. */
  public static Configuration configuration(String option, String text, Mistakes mistakes) {
    return Configuration.line(option + " " + text, KindText.yaml(withKey(text)), mistakes);
  }

  /** The kinds of metrics, for the help and shell completion. */
  public static final class MetricKinds implements Iterable<String> {
    @Override
    public Iterator<String> iterator() {
      return KINDS.names().iterator();
    }
  }

  private static String withKey(String text) {
    int colon = text.indexOf(':');
    if (text.startsWith("{") || colon < 0 || text.indexOf('=', colon) >= 0) {
      return text;
    }
    return KINDS
        .find(text.substring(0, colon))
        .filter(kind -> !kind.name().isEmpty())
        .map(kind -> kind.name() + ":" + first(kind) + "=" + text.substring(colon + 1))
        .orElse(text);
  }

  private static String first(OneKind kind) {
    String named = kind.kind().first();
    return named.isEmpty() ? kind.description().keys().get(0).name() : named;
  }
}
