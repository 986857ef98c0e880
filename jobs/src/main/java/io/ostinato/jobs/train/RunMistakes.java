package io.ostinato.jobs.train;

import io.ostinato.describe.Subject;
import io.ostinato.jobs.config.Bound;
import io.ostinato.jobs.config.Mistakes;
import io.ostinato.jobs.config.Place;
import io.ostinato.jobs.config.PlacedMistake;
import io.ostinato.training.TrainingMistake;
import java.util.List;
import java.util.stream.Collectors;

/** Maps mistakes of a training to their places in the configuration. */
record RunMistakes(Bound<RunConfig> bound) {

  /** The mistakes with their places, in the order of the places. */
  List<PlacedMistake> placed(List<TrainingMistake> found) {
    Mistakes mistakes = new Mistakes();
    for (TrainingMistake one : found) {
      List<Place> places =
          one.callbacks().stream()
              .filter(bound.sections()::containsKey)
              .map(bound::placeOf)
              .toList();
      if (places.isEmpty()) {
        mistakes.add(placeOf(one.mistake().subject()), one.mistake().text());
      } else {
        mistakes.add(places.get(places.size() - 1), one.mistake().text() + others(places));
      }
    }
    return mistakes.all();
  }

  private Place placeOf(Subject subject) {
    RunConfig config = bound.value();
    return switch (subject.kind()) {
      case RUN ->
          subject.key().isEmpty()
              ? bound.placeOf(config)
              : subject.key().equals("run_id") && config.resume() != null
                  ? bound.placeOf(config, "resume")
                  : bound.placeOf(config, subject.key());
      case DATASET -> bound.placeOf(config, "datasets");
      case CALLBACK, COLUMN, OUTPUT, FILE -> bound.placeOf(config);
    };
  }

  /** The places of the other callbacks of a mistake, since callbacks can have the same name. */
  private static String others(List<Place> places) {
    List<Place> others = places.subList(0, places.size() - 1);
    return others.isEmpty()
        ? ""
        : others.stream()
            .map(Place::toString)
            .collect(
                Collectors.joining(
                    ", ", others.size() == 1 ? "; the other is at " : "; the others are at ", ""));
  }
}
