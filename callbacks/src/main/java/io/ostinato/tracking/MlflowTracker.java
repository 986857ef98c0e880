package io.ostinato.tracking;

import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.mlflow.api.proto.Service;
import org.mlflow.tracking.MlflowClient;

/**
 * Logs a run to MLflow through its Java client {@code org.mlflow:mlflow-client}, an optional
 * dependency that users add themselves. The step of a value is the number of updates. Characters
 * that MLflow doesn't allow in keys are replaced by underscores. A resumed run continues in the
 * same MLflow run.
 */
public final class MlflowTracker implements Tracker {
  private static final String RUN_ID_TAG = "ostinato.run_id";
  private static final int MOST_METRICS_AT_ONCE = 1000;

  private final String trackingUri;
  private final String experiment;
  private final Clock clock;
  private @Nullable Connection connection;

  private record Connection(MlflowClient client, String runId) {}

  private MlflowTracker(String trackingUri, String experiment, Clock clock) {
    this.trackingUri = trackingUri;
    this.experiment = experiment;
    this.clock = clock;
  }

  /**
   * Logs to an experiment, which is created if missing.
   *
   * @param trackingUri a URI such as {@code http://localhost:5000}
   */
  public static MlflowTracker of(String trackingUri, String experiment) {
    return new MlflowTracker(trackingUri, experiment, Clock.systemUTC());
  }

  @Override
  public void start(RunInfo run) {
    MlflowClient client = new MlflowClient(trackingUri);
    try {
      String experimentId =
          client
              .getExperimentByName(experiment)
              .map(Service.Experiment::getExperimentId)
              .orElseGet(() -> client.createExperiment(experiment));
      Optional<String> resumed = find(client, experimentId, run.runId());
      String id = resumed.orElseGet(() -> create(client, experimentId, run));
      connection = new Connection(client, id);
    } catch (RuntimeException e) {
      client.close();
      throw e;
    }
  }

  @Override
  public void log(MetricsRecord record) {
    List<Service.Metric> metrics =
        record.metrics().entrySet().stream()
            .map(
                entry ->
                    Service.Metric.newBuilder()
                        .setKey(key(entry.getKey()))
                        .setValue(entry.getValue())
                        .setTimestamp(record.time().toEpochMilli())
                        .setStep(record.iteration().update())
                        .build())
            .toList();
    Connection to = connected();
    for (int from = 0; from < metrics.size(); from += MOST_METRICS_AT_ONCE) {
      to.client()
          .logBatch(
              to.runId(),
              metrics.subList(from, Math.min(metrics.size(), from + MOST_METRICS_AT_ONCE)),
              List.of(),
              List.of());
    }
  }

  @Override
  public void finish(RunSummary summary, RunStatus status) {
    Service.RunStatus end =
        switch (status) {
          case FINISHED -> Service.RunStatus.FINISHED;
          case INTERRUPTED -> Service.RunStatus.KILLED;
          case FAILED -> Service.RunStatus.FAILED;
        };
    connected().client().setTerminated(connected().runId(), end, clock.millis());
  }

  @Override
  public void close() {
    Connection open = connection;
    connection = null;
    if (open != null) {
      open.client().close();
    }
  }

  /** The key as MLflow accepts it: letters, digits, {@code _ - . /} and spaces. */
  static String key(String key) {
    return key.replaceAll("[^A-Za-z0-9_./ -]", "_");
  }

  private static Optional<String> find(MlflowClient client, String experimentId, String runId) {
    String filter = "tags.`%s` = '%s'".formatted(RUN_ID_TAG, runId.replace("'", "\\'"));
    return client.searchRuns(List.of(experimentId), filter).stream()
        .map(Service.RunInfo::getRunId)
        .findFirst();
  }

  private static String create(MlflowClient client, String experimentId, RunInfo run) {
    String id =
        client
            .createRun(
                Service.CreateRun.newBuilder()
                    .setExperimentId(experimentId)
                    .setRunName(run.runId())
                    .setStartTime(Clock.systemUTC().millis())
                    .addTags(tag(RUN_ID_TAG, run.runId()))
                    .addTags(tag("mlflow.runName", run.runId()))
                    .build())
            .getRunId();
    for (Map.Entry<String, String> parameter : run.parameters().entrySet()) {
      client.logParam(id, key(parameter.getKey()), parameter.getValue());
    }
    return id;
  }

  private static Service.RunTag tag(String key, String value) {
    return Service.RunTag.newBuilder().setKey(key).setValue(value).build();
  }

  private Connection connected() {
    Connection open = connection;
    if (open == null) {
      throw new IllegalStateException("this tracker is not started");
    }
    return open;
  }
}
