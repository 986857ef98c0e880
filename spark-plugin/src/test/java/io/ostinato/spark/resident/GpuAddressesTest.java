package io.ostinato.spark.resident;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.Device;
import java.util.List;
import org.junit.jupiter.api.Test;

class GpuAddressesTest {
  private static final String MIG = "MIG-2c8b1f5e-6f1d-5a0c-9a0b-000000000001";

  @Test
  void onAHostWhoseGpusAllProcessesSeeTheIndexIsTheOrdinal() {
    assertThat(ordinals(sees(4, ""), "2", "3")).containsExactly(2, 3);
    assertThat(ordinals(sees(4, ""), "0", "1", "2", "3")).containsExactly(0, 1, 2, 3);
    assertThat(ordinals(sees(Gpus.UNKNOWN, ""), "5")).as("not counted").containsExactly(5);
  }

  @Test
  void aContainerThatCountsItsGpusAnewHasThemInTheOrderOfTheirAddresses() {
    assertThat(ordinals(sees(2, ""), "3", "2")).containsExactly(1, 0);
    assertThat(ordinals(sees(2, ""), "10", "9")).as("numbers, not words").containsExactly(1, 0);
    assertThat(ordinals(sees(2, ""), "1", "0"))
        .as("the index, where it fits")
        .containsExactly(1, 0);
    assertThat(ordinals(sees(2, ""), "GPU-b", "GPU-a")).containsExactly(0, 1);
    assertThat(ordinals(sees(1, ""), "2")).containsExactly(0);
    assertThat(ordinals(sees(1, ""), MIG)).containsExactly(0);
  }

  @Test
  void cudasListOfVisibleDevicesSaysTheOrderOfItsEntries() {
    assertThat(ordinals(sees(2, "2,3"), "3", "2")).containsExactly(1, 0);
    assertThat(ordinals(sees(2, "3, 1"), "1", "3")).containsExactly(1, 0);
    assertThat(ordinals(sees(2, "GPU-aa11,GPU-bb22"), "GPU-bb22-0c", "GPU-aa11-0c"))
        .as("CUDA takes the beginning of a UUID for it")
        .containsExactly(1, 0);
    assertThat(ordinals(sees(1, MIG), MIG)).containsExactly(0);
    assertThat(ordinals(sees(Gpus.UNKNOWN, "GPU-a,GPU-b"), "1", "0"))
        .as("indices among UUIDs count them")
        .containsExactly(1, 0);
  }

  @Test
  void indicesThatAreOnlyInPartEntriesOfTheListNeverMeanTheSameGpuTwice() {
    assertThat(ordinals(sees(2, "1,2"), "0", "1")).containsExactly(0, 1);
    assertThatThrownBy(() -> ordinals(sees(2, "1,2"), "0"))
        .as("one of two, and none of the list")
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void withoutThePluginATaskKnowsItsOwnAddressOnly() {
    assertThat(new GpuAddresses(sees(4, ""), List.of()).ordinalOf(" 3 ")).isEqualTo(3);
    assertThat(new GpuAddresses(sees(1, ""), List.of()).ordinalOf("3")).isZero();
    assertThat(new GpuAddresses(sees(1, ""), List.of()).ordinalOf(MIG)).isZero();
    assertThatThrownBy(() -> new GpuAddresses(sees(2, ""), List.of()).ordinalOf("3"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("addresses are not known without the plugin");
  }

  @Test
  void anAddressThatCantBeFoundIsRefusedWithWhatTheProcessSees() {
    assertThatThrownBy(() -> ordinals(sees(3, ""), "GPU-5f2c", "GPU-77aa"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            "Spark assigned the GPU 'GPU-5f2c' to this task, but its process can't find it: it sees 3"
                + " GPUs, CUDA_VISIBLE_DEVICES is '', and the executor's addresses are [GPU-5f2c,"
                + " GPU-77aa]; let the discovery script print what the executor's process sees:"
                + " indices from 0, or the entries of CUDA_VISIBLE_DEVICES (docs/gpu.md)");
    assertThatThrownBy(() -> ordinals(sees(1, ""), "0", "1"))
        .as("two were promised, and one is there")
        .hasMessageContaining("it sees 1 GPU,");
    assertThatThrownBy(() -> ordinals(sees(2, "0,1"), "2")).hasMessageContaining("is '0,1'");
  }

  @Test
  void anEngineWithoutCudaSaysWhatToPutOnTheClassPath() {
    Devices devices = new Devices(() -> new Gpus(false, Gpus.UNKNOWN, List.of(), false));
    assertThatThrownBy(() -> devices.ofAddress("1"))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageStartingWith(
            "Spark assigned the GPU '1' to this executor, but its native engine sees no CUDA device"
                + " (PyTorch:2.7.1, ")
        .hasMessageContaining("put the CUDA natives on the executors' class path");
  }

  @Test
  void theProcessorStandsInOnlyWhereItIsTold() {
    Devices real = new Devices(() -> sees(4, ""));
    assertThat(real.ofAddress("3").device()).isEqualTo(Device.gpu(3));
    Devices pretended = new Devices(() -> new Gpus(true, 4, List.of(), true));
    assertThat(pretended.ofAddress("3")).isEqualTo(new TaskDevice("gpu(3)", Device.cpu()));
    assertThat(Gpus.ofThisProcess().pretended()).isFalse();
  }

  private static Gpus sees(int count, String visible) {
    return new Gpus(true, count, Gpus.entries(visible), false);
  }

  /** Of all addresses of an executor. */
  private static List<Integer> ordinals(Gpus gpus, String... executor) {
    GpuAddresses addresses = new GpuAddresses(gpus, List.of(executor));
    return List.of(executor).stream().map(addresses::ordinalOf).toList();
  }
}
