package io.ostinato.jobs.metric;

import io.ostinato.jobs.config.Configuration;
import io.ostinato.jobs.config.ConfigurationException;
import io.ostinato.jobs.config.Inline;
import io.ostinato.jobs.config.Kind;
import io.ostinato.jobs.config.KindText;
import io.ostinato.jobs.config.Mistakes;
import io.ostinato.metric.Metric;
import java.lang.reflect.RecordComponent;
import java.util.Locale;
import java.util.stream.Stream;

/** Reads metrics from a command line. */
public final class MetricText {
  private MetricText() {}

  /**
   * A metric of one of these texts: {@code accuracy}; {@code f1:classes=10,average=macro}, a kind
   * and its keys; {@code top_k:5}, where the first key goes without saying; {@code
   * com.example.MyMetric}, a user's class.
   *
   * @param option how messages call the text, as in {@code --metric}
   * @throws ConfigurationException with all that is wrong, a line each
   */
  public static Metric<?> parse(String option, String text) {
    Mistakes mistakes = new Mistakes();
    return Configuration.line(option + " " + text, KindText.yaml(withKey(text)), mistakes)
        .bind(MetricConfig.class)
        .value()
        .create();
  }

  private static String withKey(String text) {
    int colon = text.indexOf(':');
    if (text.startsWith("{") || colon < 0 || text.indexOf('=', colon) >= 0) {
      return text;
    }
    String kind = text.substring(0, colon);
    return Stream.of(MetricConfig.class.getPermittedSubclasses())
        .filter(type -> kind.equals(type.getAnnotation(Kind.class).name()))
        .flatMap(MetricText::first)
        .map(first -> kind + ":" + key(first) + "=" + text.substring(colon + 1))
        .findFirst()
        .orElse(text);
  }

  private static Stream<RecordComponent> first(Class<?> type) {
    return Stream.of(type.getRecordComponents())
        .limit(1)
        .flatMap(
            component ->
                component.isAnnotationPresent(Inline.class)
                    ? first(component.getType())
                    : Stream.of(component));
  }

  private static String key(RecordComponent component) {
    return component.getName().replaceAll("([A-Z])", "_$1").toLowerCase(Locale.ROOT);
  }
}
