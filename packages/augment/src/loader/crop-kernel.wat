;; One crop of an RGB image as float32, out = pixel * scale + shift: four pixels at a time, in double
;; precision and rounded once, so the bits are those of `writeCrop`.
(module
  (import "loader" "memory" (memory 1 65536 shared))
  (func (export "writeCrop")
    ;; `from`: first byte of the crop's first four pixels, or last four when `step` is -12 (mirrored).
    (param $from i32) (param $stride i32) (param $step i32)
    (param $to i32) (param $width i32) (param $height i32)
    ;; scale and shift as three pairs of doubles each, then the order of the twelve bytes.
    (param $constants i32)
    (local $scale0 v128) (local $scale1 v128) (local $scale2 v128)
    (local $shift0 v128) (local $shift1 v128) (local $shift2 v128)
    (local $order v128) (local $bytes v128) (local $words v128) (local $ints v128)
    (local $at i32) (local $end i32) (local $last i32) (local $fix i32)

    (local.set $scale0 (v128.load (local.get $constants)))
    (local.set $scale1 (v128.load offset=16 (local.get $constants)))
    (local.set $scale2 (v128.load offset=32 (local.get $constants)))
    (local.set $shift0 (v128.load offset=48 (local.get $constants)))
    (local.set $shift1 (v128.load offset=64 (local.get $constants)))
    (local.set $shift2 (v128.load offset=80 (local.get $constants)))
    (local.set $order (v128.load offset=96 (local.get $constants)))
    ;; Where the last four pixels of a row go; they may overlap the four before.
    (local.set $last (i32.mul (i32.sub (local.get $width) (i32.const 4)) (i32.const 12)))

    (loop $rows
      (local.set $at (local.get $from))
      (local.set $end (i32.add (local.get $to) (local.get $last)))
      (loop $columns
        (local.set $bytes (i8x16.swizzle (v128.load (local.get $at)) (local.get $order)))
        (local.set $words (i16x8.extend_low_i8x16_u (local.get $bytes)))

        (local.set $ints (i32x4.extend_low_i16x8_u (local.get $words)))
        (v128.store (local.get $to)
          (i8x16.shuffle 0 1 2 3 4 5 6 7 16 17 18 19 20 21 22 23
            (f32x4.demote_f64x2_zero (f64x2.add
              (f64x2.mul (f64x2.convert_low_i32x4_s (local.get $ints)) (local.get $scale0))
              (local.get $shift0)))
            (f32x4.demote_f64x2_zero (f64x2.add
              (f64x2.mul (f64x2.convert_low_i32x4_s
                (i8x16.shuffle 8 9 10 11 12 13 14 15 0 1 2 3 4 5 6 7
                  (local.get $ints) (local.get $ints))) (local.get $scale1))
              (local.get $shift1)))))

        (local.set $ints (i32x4.extend_high_i16x8_u (local.get $words)))
        (v128.store offset=16 (local.get $to)
          (i8x16.shuffle 0 1 2 3 4 5 6 7 16 17 18 19 20 21 22 23
            (f32x4.demote_f64x2_zero (f64x2.add
              (f64x2.mul (f64x2.convert_low_i32x4_s (local.get $ints)) (local.get $scale2))
              (local.get $shift2)))
            (f32x4.demote_f64x2_zero (f64x2.add
              (f64x2.mul (f64x2.convert_low_i32x4_s
                (i8x16.shuffle 8 9 10 11 12 13 14 15 0 1 2 3 4 5 6 7
                  (local.get $ints) (local.get $ints))) (local.get $scale0))
              (local.get $shift0)))))

        (local.set $ints
          (i32x4.extend_low_i16x8_u (i16x8.extend_high_i8x16_u (local.get $bytes))))
        (v128.store offset=32 (local.get $to)
          (i8x16.shuffle 0 1 2 3 4 5 6 7 16 17 18 19 20 21 22 23
            (f32x4.demote_f64x2_zero (f64x2.add
              (f64x2.mul (f64x2.convert_low_i32x4_s (local.get $ints)) (local.get $scale1))
              (local.get $shift1)))
            (f32x4.demote_f64x2_zero (f64x2.add
              (f64x2.mul (f64x2.convert_low_i32x4_s
                (i8x16.shuffle 8 9 10 11 12 13 14 15 0 1 2 3 4 5 6 7
                  (local.get $ints) (local.get $ints))) (local.get $scale2))
              (local.get $shift2)))))

        (local.set $at (i32.add (local.get $at) (local.get $step)))
        (local.set $to (i32.add (local.get $to) (i32.const 48)))
        (br_if $columns (i32.le_u (local.get $to) (local.get $end)))
        ;; Now `to` is past the last whole four. Up to three pixels are left: go back to the last four.
        (local.set $fix (i32.div_u (i32.sub (local.get $to) (local.get $end)) (i32.const 12)))
        (if (i32.lt_u (local.get $fix) (i32.const 4))
          (then
            (local.set $to (local.get $end))
            ;; One pixel is a quarter of a step, forwards or backwards.
            (local.set $at (i32.sub (local.get $at)
              (i32.mul (local.get $fix) (i32.div_s (local.get $step) (i32.const 4)))))
            (br $columns))))
      (local.set $from (i32.add (local.get $from) (local.get $stride)))
      (br_if $rows
        (local.tee $height (i32.sub (local.get $height) (i32.const 1)))))))
