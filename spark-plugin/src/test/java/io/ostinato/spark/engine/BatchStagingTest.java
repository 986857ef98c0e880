package io.ostinato.spark.engine;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class BatchStagingTest {
  @Test
  void coresAreLeftIfTasksInAllSlotsComputeOnFewer() {
    assertThat(BatchStaging.leavesCores(1, 1, 2)).as("one of two").isTrue();
    assertThat(BatchStaging.leavesCores(2, 1, 2)).as("both").isFalse();
    assertThat(BatchStaging.leavesCores(1, 2, 2)).as("both by one task").isFalse();
    assertThat(BatchStaging.leavesCores(4, 3, 16)).as("12 of 16").isTrue();
    assertThat(BatchStaging.leavesCores(8, 8, 16)).as("more than there are").isFalse();
  }
}
