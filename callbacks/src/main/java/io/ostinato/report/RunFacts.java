package io.ostinato.report;

import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.ostinato.metric.Direction;
import io.ostinato.storage.RunFiles;
import io.ostinato.storage.StorageException;
import io.ostinato.text.Excerpt;
import io.ostinato.tracking.RunStatus;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * What a run is and how it ended, as far as no other file of its folder says so: the file {@code
 * run.json}.
 *
 * @param kind {@code training}, {@code watch} or {@code evaluation}
 * @param started when the run began
 * @param resumed when it was resumed
 * @param end how it ended; empty while it runs, or if its process was killed
 * @param about what ran, by label, such as the class of the model
 * @param versions versions of the software, by name
 * @param parameters the settings with which it was started
 * @param directions the directions of its metrics, by key: higher, lower or neutral
 * @param checkpoints the location of its checkpoints; empty if they are in the run's folder
 */
public record RunFacts(
    String kind,
    Instant started,
    List<Instant> resumed,
    Optional<End> end,
    Map<String, String> about,
    Map<String, String> versions,
    Map<String, String> parameters,
    Map<String, String> directions,
    String checkpoints) {
  /** The name of the file. */
  public static final String NAME = "run.json";

  private static final Gson GSON =
      new GsonBuilder().disableHtmlEscaping().setPrettyPrinting().create();

  /**
   * How a run ended.
   *
   * @param reason what stopped it, in words
   */
  public record End(RunStatus status, String reason, Instant time) {}

  public RunFacts {
    resumed = List.copyOf(resumed);
    about = Collections.unmodifiableMap(new LinkedHashMap<>(about));
    versions = Collections.unmodifiableMap(new LinkedHashMap<>(versions));
    parameters = Collections.unmodifiableMap(new LinkedHashMap<>(parameters));
    directions = Collections.unmodifiableMap(new LinkedHashMap<>(directions));
  }

  /** The facts of a run that starts, to which {@link RunReport} adds the time. */
  public static RunFacts of(
      String kind,
      Map<String, String> about,
      Map<String, String> versions,
      Map<String, String> parameters) {
    return new RunFacts(
        kind,
        Instant.EPOCH,
        List.of(),
        Optional.empty(),
        about,
        versions,
        parameters,
        Map.of(),
        "");
  }

  /** The same run with checkpoints at this location; empty if they are in the run's folder. */
  public RunFacts withCheckpoints(String location) {
    return new RunFacts(
        kind, started, resumed, end, about, versions, parameters, directions, location);
  }

  RunFacts startedAt(Instant time) {
    return new RunFacts(
        kind, time, resumed, end, about, versions, parameters, directions, checkpoints);
  }

  RunFacts resuming(RunFacts before, Instant time) {
    List<Instant> times = new ArrayList<>(before.resumed);
    times.add(time);
    return new RunFacts(
        kind,
        before.started,
        times,
        end,
        about,
        versions,
        parameters,
        before.directions,
        checkpoints);
  }

  RunFacts ended(RunStatus status, String reason, Instant time) {
    return new RunFacts(
        kind,
        started,
        resumed,
        Optional.of(new End(status, reason, time)),
        about,
        versions,
        parameters,
        directions,
        checkpoints);
  }

  RunFacts withDirections(Map<String, String> ofMetrics) {
    return new RunFacts(
        kind, started, resumed, end, about, versions, parameters, ofMetrics, checkpoints);
  }

  /** The direction of a metric; empty if none is written. */
  Optional<Direction> direction(String key) {
    return Optional.ofNullable(directions.get(key))
        .map(name -> Direction.valueOf(name.toUpperCase(Locale.ROOT)));
  }

  /**
   * Writes the file.
   *
   * @throws StorageException if that fails
   */
  void write(RunFiles files) {
    byte[] text = (GSON.toJson(toJson()) + "\n").getBytes(StandardCharsets.UTF_8);
    files.write(NAME, out -> out.write(text));
  }

  /**
   * Reads the file; empty if the run has none.
   *
   * @throws StorageException if it can't be read
   */
  public static Optional<RunFacts> read(RunFiles files) {
    if (!files.exists(NAME)) {
      return Optional.empty();
    }
    String text = files.text(NAME);
    try {
      return Optional.of(fromJson(JsonParser.parseString(text).getAsJsonObject()));
    } catch (RuntimeException e) {
      throw new StorageException(
          "'%s' in %s is damaged: %s; remove it to make a report without it"
              .formatted(NAME, files.location(), Excerpt.of(text)),
          e);
    }
  }

  private JsonObject toJson() {
    JsonObject json = new JsonObject();
    json.addProperty("kind", kind);
    json.addProperty("started", started.toString());
    JsonArray times = new JsonArray();
    resumed.forEach(time -> times.add(time.toString()));
    json.add("resumed", times);
    end.ifPresent(
        how -> {
          json.addProperty("status", how.status().name().toLowerCase(Locale.ROOT));
          json.addProperty("reason", how.reason());
          json.addProperty("ended", how.time().toString());
        });
    json.add("about", object(about));
    json.add("versions", object(versions));
    json.add("parameters", object(parameters));
    json.add("directions", object(directions));
    json.addProperty("checkpoints", checkpoints);
    return json;
  }

  private static RunFacts fromJson(JsonObject json) {
    List<Instant> resumed = new ArrayList<>();
    json.getAsJsonArray("resumed").forEach(time -> resumed.add(Instant.parse(time.getAsString())));
    Optional<End> end =
        json.has("status")
            ? Optional.of(
                new End(
                    RunStatus.valueOf(json.get("status").getAsString().toUpperCase(Locale.ROOT)),
                    json.get("reason").getAsString(),
                    Instant.parse(json.get("ended").getAsString())))
            : Optional.empty();
    return new RunFacts(
        json.get("kind").getAsString(),
        Instant.parse(json.get("started").getAsString()),
        resumed,
        end,
        map(json.get("about")),
        map(json.get("versions")),
        map(json.get("parameters")),
        map(json.get("directions")),
        json.get("checkpoints").getAsString());
  }

  static JsonObject object(Map<String, String> values) {
    JsonObject json = new JsonObject();
    values.forEach(json::addProperty);
    return json;
  }

  private static Map<String, String> map(JsonElement json) {
    Map<String, String> values = new LinkedHashMap<>();
    json.getAsJsonObject()
        .entrySet()
        .forEach(entry -> values.put(entry.getKey(), entry.getValue().getAsString()));
    return values;
  }
}
