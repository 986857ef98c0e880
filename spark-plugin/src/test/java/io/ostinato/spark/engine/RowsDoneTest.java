package io.ostinato.spark.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.ostinato.spark.engine.RowsDone.Told;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

class RowsDoneTest {
  @Test
  void attemptsThatAreRepeatedOrBesideOthersNeverCountARowTwice() {
    for (int seed = 0; seed < 200; seed++) {
      Random random = new Random(seed);
      List<Told> told = new ArrayList<>();
      long total = 0;
      for (int partition = 0; partition < 5; partition++) {
        int rows = random.nextInt(50);
        total += rows;
        told.add(new Told(partition, rows));
        for (int attempt = random.nextInt(3); attempt >= 0; attempt--) {
          for (long done = 0; done < rows; done += 7) {
            told.add(new Told(partition, done));
          }
        }
      }
      Collections.shuffle(told, random);
      RowsDone done = new RowsDone();
      long before = 0;
      for (Told each : told) {
        if (random.nextBoolean()) {
          done.add(each);
        } else { // as Spark does at the end of a task, which may tell twice
          RowsDone task = done.copy();
          task.reset();
          task.add(each);
          done.merge(task);
          done.merge(task.copy());
        }
        assertThat(done.sum()).isBetween(before, total);
        before = done.sum();
      }
      assertThat(done.sum()).isEqualTo(total);
    }
  }

  @Test
  void aCopyIsEmptyAfterAReset() {
    RowsDone done = new RowsDone();
    assertThat(done.isZero()).isTrue();
    done.add(new Told(3, 8));
    assertThat(done.isZero()).isFalse();
    RowsDone copy = done.copy();
    copy.reset();
    assertThat(copy.isZero()).isTrue();
    assertThat(done.value()).containsExactlyEntriesOf(Map.of(3, 8L));
  }
}
