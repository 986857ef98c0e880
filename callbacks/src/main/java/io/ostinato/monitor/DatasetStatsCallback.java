package io.ostinato.monitor;

import io.ostinato.callback.Callback;
import io.ostinato.evaluation.DataContainer;
import io.ostinato.schedule.UpdateCounter;

/** Writes {@code ds_stats/{dataset}/len} before training: how many rows each dataset has. */
public final class DatasetStatsCallback extends Callback {
  private static final long serialVersionUID = 1;

  public DatasetStatsCallback() {
    super("dataset_stats");
  }

  @Override
  public void beforeTraining(UpdateCounter at) {
    DataContainer data = context().data();
    write("train", data.train().size());
    for (String key : data.evaluationKeys()) {
      if (!key.equals("train")) {
        write(key, data.evaluation(key).rows());
      }
    }
  }

  private void write(String key, long rows) {
    writer().addScalar("ds_stats/%s/len".formatted(key), rows);
  }
}
