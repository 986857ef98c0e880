package io.ostinato.jobs.train;

import ai.djl.ndarray.NDManager;
import ai.djl.training.dataset.RandomAccessDataset;
import ai.djl.training.dataset.Record;
import ai.djl.util.Progress;
import io.ostinato.evaluation.DataBatch;
import io.ostinato.evaluation.DataContainer;
import io.ostinato.evaluation.EvaluationData;
import io.ostinato.evaluation.EvaluationEngine;
import io.ostinato.evaluation.EvaluationRequest;
import io.ostinato.evaluation.EvaluationResults;
import io.ostinato.evaluation.ResultsTarget;
import io.ostinato.progress.ProgressDisplay;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Datasets and an engine that a configuration is checked with before Spark is started. */
final class StandIns {
  /** What callbacks are told that ask; nothing is refused by this number. */
  static final long ROWS = 1_000_000;

  private StandIns() {}

  /** As many datasets as there will be, of which nothing can be read. */
  static DataContainer data(RunConfig config) {
    DataContainer.Builder data =
        DataContainer.builder().train(new TrainRows(new TrainRows.Builder()));
    config
        .datasets()
        .evaluations()
        .forEach((key, dataset) -> data.evaluation(key, new NoRows(dataset.names())));
    return data.build();
  }

  /** An engine that allows all that Spark's does. */
  static final class Engine implements EvaluationEngine {
    @Override
    public EvaluationResults evaluate(EvaluationRequest request, ProgressDisplay progress) {
      throw new UnsupportedOperationException("a check evaluates nothing");
    }

    @Override
    public void check(ResultsTarget target) {}
  }

  private record NoRows(List<String> columns) implements EvaluationData {
    @Override
    public Stream<DataBatch> batches(int batchSize) {
      return Stream.empty();
    }

    @Override
    public long rows() {
      return 0;
    }

    @Override
    public Optional<List<String>> knownColumns() {
      return Optional.of(columns);
    }
  }

  private static final class TrainRows extends RandomAccessDataset {
    TrainRows(Builder builder) {
      super(builder);
    }

    @Override
    public Record get(NDManager manager, long index) {
      throw new UnsupportedOperationException("a check reads nothing");
    }

    @Override
    protected long availableSize() {
      return ROWS;
    }

    @Override
    public void prepare(@Nullable Progress progress) {}

    private static final class Builder extends BaseBuilder<Builder> {
      Builder() {
        setSampling(1, false);
      }

      @Override
      protected Builder self() {
        return this;
      }
    }
  }
}
